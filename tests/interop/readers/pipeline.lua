-- wrk: sixteen requests in one write.
init = function(args)
   local requests = {}
   for i = 1, 16 do
      requests[i] = wrk.format("GET", wrk.path .. "/" .. i)
   end
   all = table.concat(requests)
end

request = function()
   return all
end
