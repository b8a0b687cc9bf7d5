-- The Python interpreter of a project, and the command that starts the language server.

local M = {}

local WINDOWS = vim.fn.has('win32') == 1

---@param folder string a virtual environment
---@param name string
---@return string? path nil when it is not there
local function executable_in(folder, name)
  local path = WINDOWS and vim.fs.joinpath(folder, 'Scripts', name .. '.exe') or vim.fs.joinpath(folder, 'bin', name)
  if vim.fn.executable(path) == 1 then
    return path
  end
end

-- The environment variables' and folders' environments, best first.
---@param root? string
---@return { folder: string, origin: string }[]
local function environments(root)
  local found = {}
  if root then
    for _, name in ipairs({ '.venv', 'venv' }) do
      found[#found + 1] = { folder = vim.fs.joinpath(root, name), origin = name .. ' of the project' }
    end
  end
  for _, variable in ipairs({ 'VIRTUAL_ENV', 'CONDA_PREFIX' }) do
    local folder = vim.env[variable]
    if folder and folder ~= '' then
      found[#found + 1] = { folder = folder, origin = '$' .. variable }
    end
  end
  return found
end

-- The interpreter whose packages the project uses.
---@param root? string
---@param configured? string the setting `excore.interpreter`
---@return string? interpreter
---@return string origin where it was found, for people
function M.interpreter(root, configured)
  if configured and configured ~= '' then
    return vim.fs.normalize(configured), 'the setting excore.interpreter'
  end
  for _, environment in ipairs(environments(root)) do
    local python = executable_in(environment.folder, 'python')
    if python then
      return python, environment.origin
    end
  end
  for _, name in ipairs({ 'python3', 'python' }) do
    local python = vim.fn.exepath(name)
    if python ~= '' then
      return python, 'PATH'
    end
  end
  return nil, 'nowhere'
end

-- The server of the project's own environment, else the one on PATH.
---@param root? string
---@param configured? string
---@return string[]? command
---@return string reason
function M.server_command(root, configured)
  local interpreter, origin = M.interpreter(root, configured)
  if interpreter then
    local sibling = vim.fs.joinpath(vim.fs.dirname(interpreter), WINDOWS and 'excore-server.exe' or 'excore-server')
    if vim.fn.executable(sibling) == 1 then
      return { interpreter, '-m', 'excore_server' }, 'installed in ' .. origin
    end
  end
  local server = vim.fn.exepath('excore-server')
  if server ~= '' then
    return { server }, 'found on PATH'
  end
  return nil, 'install it with: pip install "excore[server]"'
end

return M
