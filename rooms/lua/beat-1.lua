--[[
  Says that a node lives, and what is known of the others.

  KEYS[1] how often each node has said so
  ARGV[1] node
  ARGV[2] beginning of the names of the channels on which nodes listen

  Returns for each node { its name, how often it has said that it lives, 1 when somebody listens on its channel }. Whether a node
  is silent is judged by those who ask, each on a monotonic clock of its own: no clock is compared with another one's.
]]
redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
local nodes = redis.call('HGETALL', KEYS[1])
local signs = {}
for i = 1, #nodes, 2 do
  local listeners = redis.call('PUBSUB', 'NUMSUB', ARGV[2] .. nodes[i])[2]
  signs[#signs + 1] = { nodes[i], tonumber(nodes[i + 1]), math.min(listeners, 1) }
end
return signs
