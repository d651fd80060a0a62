--[[
  Reads who has a room.

  KEYS[1] lease of the room: "<term> <node>"

  Returns { 1, lease } when somebody holds it, { 0, "" } when nobody does.
]]
local held = redis.call('GET', KEYS[1])
if held then
  return { 1, held }
end
return { 0, '' }
