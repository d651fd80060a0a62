--[[
  Takes a room that nobody holds.

  KEYS[1] lease of the room: "<term> <node>"
  KEYS[2] counter of terms, of all rooms
  KEYS[3] there while owners take back what a wiped Redis has forgotten
  ARGV[1] node
  ARGV[2] life of the lease in ms
  ARGV[3] the highest term that this node has heard of; 0 for none
  ARGV[4] 1 when the node has held the room until now and takes it back, 2 when its lease had time left: a clock that jumped here,
          for example, has ended those of others as well
  ARGV[5] how long owners have for that, in ms

  Returns { 1, lease } when taken, { 0, lease } when somebody holds it, be it the same node, and { 2, "" } when it is only the
  owners' turn for now.

  The term is at least the clock in microseconds: a Redis that was wiped gives no term a second time.
]]
local held = redis.call('GET', KEYS[1])
if held then
  return { 0, held }
end
local counter = tonumber(redis.call('GET', KEYS[2])) or 0
if counter < tonumber(ARGV[3]) then
  redis.call('SET', KEYS[3], '1', 'PX', ARGV[5])
elseif ARGV[4] == '2' then
  -- Of all that were lost together, the first one begins the turn.
  redis.call('SET', KEYS[3], '1', 'PX', ARGV[5], 'NX')
end
if ARGV[4] == '0' and redis.call('EXISTS', KEYS[3]) == 1 then
  -- From now on the counter tells that somebody has noticed.
  redis.call('SET', KEYS[2], string.format('%.0f', math.max(counter, tonumber(ARGV[3]))))
  return { 2, '' }
end
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local term = math.max(now, counter + 1)
local text = string.format('%.0f', term)
redis.call('SET', KEYS[2], text)
local lease = text .. ' ' .. ARGV[1]
redis.call('SET', KEYS[1], lease, 'PX', ARGV[2])
return { 1, lease }
