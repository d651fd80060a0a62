--[[
  Gives a room up.

  KEYS[1] lease of the room
  ARGV[1] the lease as its owner knows it: "<term> <node>"

  Returns 1 when it was given up, 0 when it ran out or another one stands there.
]]
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
