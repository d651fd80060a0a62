--[[
  Says that a node lives, and who else does.

  KEYS[1] nodes by the time until which they count as living, in ms
  ARGV[1] node
  ARGV[2] how long it counts as living without another beat, in ms

  Returns the names of the nodes that live.
]]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZRANGE', KEYS[1], 0, -1)
