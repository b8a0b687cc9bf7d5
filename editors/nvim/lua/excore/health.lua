-- `:checkhealth excore`

local M = {}

local LIMIT_MS = 10000

---@param command string[]
---@param arguments string[]
---@return string? output nil when it failed
---@return string problem
local function output_of(command, arguments)
  local full = vim.list_extend(vim.list_slice(command), arguments)
  local started, process = pcall(vim.system, full, { text = true, cwd = vim.fn.stdpath('run') })
  if not started then
    return nil, tostring(process)
  end
  local done = process:wait(LIMIT_MS)
  if done.code ~= 0 then
    return nil, vim.trim(done.stderr or '')
  end
  return vim.trim(done.stdout or ''), ''
end

local function check_editor()
  vim.health.start('excore: Neovim')
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok('Neovim ' .. tostring(vim.version()))
  else
    vim.health.error('Neovim 0.11 or newer is needed')
  end
  if require('excore.server').is_enabled() then
    vim.health.ok('the server is enabled')
  else
    vim.health.warn('the server is not enabled', { "put vim.lsp.enable('excore') into your init.lua" })
  end
end

local function check_server()
  vim.health.start('excore: server')
  local running = vim.lsp.get_clients({ name = 'excore' })[1]
  local folder = vim.fs.root(vim.fn.getcwd(), { '.excore.toml', 'pyproject.toml', '.git' }) or vim.fn.getcwd()
  local root = running and running.root_dir or folder
  local configured = vim.tbl_get(vim.lsp.config, 'excore', 'settings', 'excore', 'interpreter')
  local interpreter, origin = require('excore.python').interpreter(root, configured)
  local wrong = require('excore.python').problem(root, configured)
  if wrong then
    vim.health.error(wrong, { 'name the Python of the environment, like .venv/bin/python, or leave the setting out' })
  elseif interpreter then
    vim.health.ok(('interpreter: %s (%s)'):format(interpreter, origin))
  else
    vim.health.warn('no Python interpreter found', { 'create .venv in the project, or activate an environment' })
  end
  for _, environment in ipairs(require('excore.python').of_workspace(root, configured)) do
    local by = vim.g.excore_trust ~= nil and ' (vim.g.excore_trust)' or ''
    local state = require('excore.trust').state(environment.folder)
    if state == 'trusted' then
      vim.health.ok(('trusted: %s%s'):format(environment.folder, by))
    elseif state == 'denied' then
      vim.health.info(('never started: the server in %s%s'):format(environment.folder, by))
    else
      vim.health.warn(('not trusted: the server in %s is not started'):format(environment.folder), { ':Excore trust' })
    end
  end
  local command, reason = require('excore.python').server_command(root, configured)
  if not command then
    vim.health.error('excore-server not found', { reason })
    return
  end
  vim.health.ok(('command: %s (%s)'):format(table.concat(command, ' '), reason))
  local version, problem = output_of(command, { '--version' })
  if version then
    vim.health.ok('version: ' .. version)
  else
    vim.health.error('the server does not start: ' .. problem, { ':help excore-setup' })
  end
end

local function check_clients()
  vim.health.start('excore: running servers')
  local running = vim.lsp.get_clients({ name = 'excore' })
  local crashes = require('excore.server').crashes()
  for _, crash in ipairs(crashes) do
    vim.health.error(crash)
  end
  if #running == 0 and #crashes == 0 then
    vim.health.info('none')
  end
  for _, client in ipairs(running) do
    local count = #vim.tbl_keys(client.attached_buffers)
    vim.health.ok(('server %d: %s, %d buffers'):format(client.id, client.root_dir or 'no root', count))
  end
end

local function check_neighbours()
  vim.health.start('excore: other servers for TOML')
  local found = require('excore.attach').neighbours()
  for _, client in ipairs(found) do
    if vim.g.excore_alone == false then
      vim.health.info(client.name .. ' serves configs too, as vim.g.excore_alone allows')
    else
      vim.health.warn(require('excore.attach').advice(client.name))
    end
  end
  if #found == 0 then
    vim.health.ok('none is attached to a config')
  end
end

function M.check()
  check_editor()
  check_server()
  check_clients()
  check_neighbours()
end

return M
