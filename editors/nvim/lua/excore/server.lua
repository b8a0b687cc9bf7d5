-- The process of the server: what starts it, and how it ended.

local M = {}

---@type table<string, string> root -> how its server ended by itself, for people
local crashes = {}

---@type table<integer, true> ids of clients
local watched = {}

---@param root string
---@param code integer
---@param signal integer
local function ended(root, code, signal)
  if code ~= 0 or (signal ~= 0 and signal ~= 15) then
    crashes[root] = ('crashed at %s (exit code %d, signal %d)'):format(os.date('%H:%M:%S'), code, signal)
  end
end

-- Watch a server that a command of the user's own started. Nothing public tells its end, for `on_exit` is the user's.
---@param client vim.lsp.Client
function M.watch(client)
  local callbacks, root = rawget(client, '_on_exit_cbs'), client.root_dir or 'no folder'
  if type(client.config.cmd) == 'table' and callbacks and not watched[client.id] then
    watched[client.id], crashes[root] = true, nil
    rawset(client, '_on_exit_cbs', {
      function(code, signal)
        ended(root, code, signal)
      end,
      unpack(callbacks),
    })
  end
end

-- Start the server. Raises one sentence when there is none.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@param root string
---@param configured? string the setting `excore.interpreter`
---@return vim.lsp.rpc.PublicClient
function M.start(dispatchers, root, configured)
  local python = require('excore.python')
  local command, reason, passed = python.server_command(root, configured)
  if not command then
    error('excore-server not found: ' .. reason, 0)
  elseif passed then
    require('excore.trust').mention(passed)
  end
  local problem = python.problem(root, configured)
  if problem then
    vim.notify_once('excore: ' .. problem, vim.log.levels.ERROR)
  end
  crashes[root] = nil
  local watched = vim.tbl_extend('force', dispatchers, {
    on_exit = function(code, signal)
      ended(root, code, signal)
      dispatchers.on_exit(code, signal)
    end,
  })
  -- A neutral folder: `python -m` puts the current one first on sys.path, and a project must not shadow the server.
  return vim.lsp.rpc.start(command, watched, { cwd = vim.fn.stdpath('run') })
end

---@return boolean
function M.is_enabled()
  if vim.lsp.is_enabled then
    return vim.lsp.is_enabled('excore')
  end
  return vim.lsp._enabled_configs['excore'] ~= nil -- of the first 0.11
end

-- Serve every buffer that can be, if the user enabled the server.
function M.attach()
  if M.is_enabled() then
    vim.lsp.enable('excore')
  end
end

-- How the server of each root ended that crashed and was not started again.
---@return string[]
function M.crashes()
  local lines = {}
  for root, how in vim.spairs(crashes) do
    lines[#lines + 1] = ('the server of %s %s; :Excore restart starts it again, :Excore log may say more'):format(root, how)
  end
  return lines
end

return M
