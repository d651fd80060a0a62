--[[
  Takes a room that nobody holds.

  KEYS[1] lease of the room: "<term> <node>"
  KEYS[2] counter of terms, of all rooms
  ARGV[1] node
  ARGV[2] life of the lease in ms

  Returns { 1, lease } when taken, { 0, lease } when somebody holds it, be it the same node.

  The term is at least the clock in microseconds: a Redis that was wiped gives no term a second time.
]]
local held = redis.call('GET', KEYS[1])
if held then
  return { 0, held }
end
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local term = math.max(now, (tonumber(redis.call('GET', KEYS[2])) or 0) + 1)
local text = string.format('%.0f', term)
redis.call('SET', KEYS[2], text)
local lease = text .. ' ' .. ARGV[1]
redis.call('SET', KEYS[1], lease, 'PX', ARGV[2])
return { 1, lease }
