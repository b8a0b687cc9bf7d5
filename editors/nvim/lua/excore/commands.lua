-- The subcommands of `:Excore`.

local M = {}

local NAME = 'excore'
local RESTART_LIMIT_MS = 5000
local POLL_MS = 50

---@param text string
---@param level? integer
local function say(text, level)
  vim.notify('excore: ' .. text, level or vim.log.levels.INFO)
end

-- The client that serves the current buffer, else that of the project which its file, or the current folder, is in.
---@return vim.lsp.Client?
local function client_here()
  local best = vim.lsp.get_clients({ name = NAME, bufnr = 0 })[1]
  if best then
    return best
  end
  local name = vim.bo.buftype == '' and vim.api.nvim_buf_get_name(0) or ''
  local path = vim.fs.normalize(name ~= '' and name or vim.fn.getcwd() .. '/unnamed')
  local nearest = require('excore.project').declared_root(path) or ''
  for _, client in ipairs(vim.lsp.get_clients({ name = NAME })) do
    local root = client.root_dir
    if root and #root >= #nearest and vim.fs.relpath(root, path) then
      best, nearest = client, root
    end
  end
  return best
end

-- Show text in a window of its own, which `q` closes.
---@param title string
---@param text string
---@param filetype string
function M.show(title, text, filetype)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, vim.split(text, '\r?\n'))
  vim.api.nvim_buf_set_name(bufnr, ('excore://%d/%s'):format(bufnr, title))
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].filetype = filetype
  vim.cmd.split()
  vim.api.nvim_win_set_buf(0, bufnr)
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, desc = 'close' })
  if filetype == 'toml' then
    require('excore.highlight').attach(bufnr)
  end
end

-- A command's answer: text, or a table whose `text` is the text, or anything else shown as JSON.
---@param result any
---@return string?
local function answer_text(result)
  if result == nil or result == vim.NIL or result == '' then
    return nil
  elseif type(result) == 'string' then
    return result
  elseif type(result) == 'table' and type(result.text) == 'string' then
    return result.text
  end
  return vim.inspect(result)
end

---@param client vim.lsp.Client
---@param command string
---@return boolean
local function serves(client, command)
  local offered = vim.tbl_get(client, 'server_capabilities', 'executeCommandProvider', 'commands')
  return vim.list_contains(offered or {}, command)
end

---@param title string
---@param filetype string
---@return fun(result: any)
local function shown_as(title, filetype)
  return function(result)
    local text = answer_text(result)
    if text then
      M.show(title, text, type(result) == 'table' and result.language or filetype)
    else
      say('the server has nothing to show for this file', vim.log.levels.WARN)
    end
  end
end

-- Send a command about the current buffer to the server.
---@param command string
---@param answered fun(result: any)
local function execute(command, answered)
  local client = client_here()
  if not client then
    say('no server serves this file; see :checkhealth excore', vim.log.levels.WARN)
    return
  elseif not serves(client, command) then
    say('this version of the server has no ' .. command, vim.log.levels.WARN)
    return
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local request = { command = command, arguments = { vim.uri_from_bufnr(bufnr), position.position } }
  client:request('workspace/executeCommand', request, function(err, result)
    if err then
      say(err.message, vim.log.levels.ERROR)
    else
      answered(result)
    end
  end, bufnr)
end

local function restart()
  local running = vim.lsp.get_clients({ name = NAME })
  require('excore.project').forget()
  if #running == 0 then
    vim.lsp.enable(NAME) -- also when it is already: it looks at all buffers
    return
  end
  for _, client in ipairs(running) do
    local buffers = vim.tbl_keys(client.attached_buffers)
    local deadline = vim.uv.now() + RESTART_LIMIT_MS
    local function start_again()
      if not client:is_stopped() and vim.uv.now() < deadline then
        vim.defer_fn(start_again, POLL_MS)
        return
      end
      if not client:is_stopped() then
        client:stop(true)
      end
      for _, bufnr in ipairs(buffers) do
        if vim.api.nvim_buf_is_loaded(bufnr) then
          vim.lsp.start(client.config, { bufnr = bufnr })
        end
      end
    end
    client:stop()
    start_again()
  end
end

-- Ask whether the server of the project's own environment may be started, and start it if so.
local function trust()
  local running = client_here()
  local root = require('excore.project').buffer_root(0) or (running and running.root_dir) or vim.fn.getcwd()
  local configured = vim.tbl_get(vim.lsp.config, NAME, 'settings', NAME, 'interpreter')
  local own = require('excore.python').of_workspace(root, configured)[1]
  if not own then
    say('no environment of the project itself has a server; there is nothing to trust')
  elseif vim.g.excore_trust ~= nil then
    say('vim.g.excore_trust decides for all projects: ' .. tostring(vim.g.excore_trust))
  elseif require('excore.trust').state(own.folder) == 'trusted' then
    say(own.folder .. ' is trusted already; `:trust ++remove` takes it back')
  elseif require('excore.trust').ask(own.folder) == 'trusted' then
    restart()
  end
end

local function info()
  local lines = {}
  local root, reason = require('excore.project').buffer_root(0)
  lines[#lines + 1] = root and ('config of ' .. root) or 'not a config'
  lines[#lines + 1] = 'because: ' .. reason
  local here, running = client_here(), vim.lsp.get_clients({ name = NAME })
  for _, client in ipairs(here and { here } or running) do
    local settings = vim.tbl_get(client, 'config', 'settings', 'excore') or {}
    lines[#lines + 1] = ('server %d (%s)'):format(client.id, (client.server_info or {}).version or 'version unknown')
    lines[#lines + 1] = '  root: ' .. (client.root_dir or 'none')
    lines[#lines + 1] = '  interpreter: ' .. (settings.interpreter or 'none')
    lines[#lines + 1] = '  buffers: ' .. table.concat(vim.tbl_keys(client.attached_buffers), ', ')
  end
  local crashes = require('excore.server').crashes()
  vim.list_extend(lines, crashes)
  if #running == 0 and #crashes == 0 then
    local enabled = require('excore.server').is_enabled()
    lines[#lines + 1] = 'no server is running' .. (enabled and '' or "; enable it with vim.lsp.enable('excore')")
  end
  say(table.concat(lines, '\n'))
end

-- Open the installed page about the problem under the cursor, or else about the worst of the line.
local function explain()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local problem, page, best
  for _, each in ipairs(vim.diagnostic.get(0, { lnum = row - 1 })) do
    local href = vim.tbl_get(each, 'user_data', 'lsp', 'codeDescription', 'href')
    local under = each.col <= column and (each.end_lnum > row - 1 or column < each.end_col)
    local rank = each.severity - (under and 10 or 0)
    if href and each.source == NAME and (not best or rank < best) then
      problem, page, best = each, href, rank
    end
  end
  if not problem then
    say('there is no problem of a config on this line', vim.log.levels.WARN)
    return
  end
  vim.cmd.sview(vim.fn.fnameescape(vim.uri_to_fname(page)))
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = 0, desc = 'close' })
end

---@type table<string, { run: fun(), desc: string }>
M.subcommands = {
  explain = { run = explain, desc = 'open the page about the problem here' },
  restart = { run = restart, desc = 'stop the server and start it again' },
  trust = { run = trust, desc = "decide whether the server of the project's own environment is started" },
  info = { run = info, desc = 'say what is attached and why' },
  log = {
    run = function()
      vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.get_log_path()))
    end,
    desc = 'open the log of the language clients',
  },
  composed = {
    run = function()
      execute('excore.showComposed', shown_as('composed', 'toml'))
    end,
    desc = 'show this config with its bases merged',
  },
  python = {
    run = function()
      execute('excore.showPython', shown_as('python', 'python'))
    end,
    desc = 'show this config as Python code',
  },
  graph = {
    run = function()
      execute('excore.showGraph', shown_as('graph', 'markdown'))
    end,
    desc = 'show what this config builds from what',
  },
  reindex = {
    run = function()
      execute('excore.reindex', function()
        say('reading the Python sources again')
      end)
    end,
    desc = 'read the Python sources again',
  },
  debug = {
    run = function()
      execute('excore.debugInformation', shown_as('debug', 'text'))
    end,
    desc = "show the server's view of the project",
  },
}

---@return string[]
local function names()
  local found = vim.tbl_keys(M.subcommands)
  table.sort(found)
  return found
end

-- The subcommands that go on from `lead`; nothing once one is given.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  if line:find('Excore!?%s+%S+%s') then
    return {}
  end
  return vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, names())
end

---@param arguments string[]
function M.run(arguments)
  local subcommand = M.subcommands[arguments[1] or 'info']
  if not subcommand or #arguments > 1 then
    say('use one of: ' .. table.concat(names(), ', '), vim.log.levels.ERROR)
    return
  end
  subcommand.run()
end

return M
