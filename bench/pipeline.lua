-- wrk -s pipeline.lua: 16 requests in one write.
local requests

function init(_)
  local request = wrk.format("GET", "/hello")
  requests = request:rep(16)
end

function request()
  return requests
end
