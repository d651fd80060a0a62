--[[
  Extends all leases of a node in one round trip.

  KEYS[i]     lease of a room
  ARGV[1]     life of a lease in ms
  ARGV[i + 1] the lease as its owner knows it: "<term> <node>"

  Returns for each lease 1 when it was extended, 0 when it ran out, and what stands there when that is another one.
]]
local kept = {}
for i, key in ipairs(KEYS) do
  local held = redis.call('GET', key)
  if held == ARGV[i + 1] then
    kept[i] = redis.call('PEXPIRE', key, ARGV[1])
  else
    kept[i] = held or 0
  end
end
return kept
