-- The Python interpreter of a project, and the command that starts the language server.
--
-- The interpreter is told to the server, which only reads the packages beside it. What is run is another matter: of what
-- the workspace holds nothing without trust. An environment that the user activated or named is the user's own, wherever
-- it is.

local trust = require('excore.trust')

local M = {}

local WINDOWS = vim.fn.has('win32') == 1

---@class excore.Environment
---@field python string
---@field folder string
---@field origin string where it was found, for people
---@field of_workspace boolean nobody but the workspace says that it is to be used

---@param folder string a virtual environment
---@param name string
---@return string? path nil when it is not there
local function executable_in(folder, name)
  local path = WINDOWS and vim.fs.joinpath(folder, 'Scripts', name .. '.exe') or vim.fs.joinpath(folder, 'bin', name)
  if vim.fn.executable(path) == 1 then
    return path
  end
end

---@param path string
---@return boolean
local function is_absolute(path)
  return vim.startswith(path, '/') or (WINDOWS and path:find('^%a:[/\\]') ~= nil)
end

-- A program in one of PATH's folders; never one of the current folder, which may be the workspace.
---@param name string
---@return string? path
local function on_path(name)
  local path = vim.fn.exepath(name)
  local folder = path ~= '' and vim.fs.normalize(vim.fs.dirname(path))
  for _, entry in ipairs(vim.split(vim.env.PATH or '', WINDOWS and ';' or ':', { plain = true })) do
    if folder and is_absolute(entry) and vim.fs.normalize(entry, { expand_env = false }) == folder then
      return path
    end
  end
end

---@param configured string
---@param root? string
---@return excore.Environment
local function named(configured, root)
  local python = vim.fs.normalize(configured)
  local own = is_absolute(python)
  if not own and root then
    python = vim.fs.joinpath(root, python)
  end
  local folder = vim.fs.dirname(vim.fs.dirname(python))
  return { python = python, folder = folder, origin = 'the setting excore.interpreter', of_workspace = not own }
end

-- The environments that a project may use, best first.
---@param root? string
---@param configured? string the setting `excore.interpreter`
---@return excore.Environment[]
function M.environments(root, configured)
  if configured and configured ~= '' then
    return { named(configured, root) }
  end
  local found, active = {}, {}
  for _, variable in ipairs({ 'VIRTUAL_ENV', 'CONDA_PREFIX' }) do
    local folder = vim.env[variable]
    if folder and folder ~= '' then
      active[#active + 1] = { folder = folder, origin = '$' .. variable, of_workspace = false }
    end
  end
  local function is_active(folder)
    local real = vim.uv.fs_realpath(folder)
    return vim.iter(active):any(function(environment)
      return real ~= nil and vim.uv.fs_realpath(environment.folder) == real
    end)
  end
  for _, name in ipairs(root and { '.venv', 'venv' } or {}) do
    local folder = vim.fs.joinpath(root, name)
    local origin = name .. ' of the project'
    found[#found + 1] = { folder = folder, origin = origin, of_workspace = not is_active(folder) }
  end
  vim.list_extend(found, active)
  found = vim.tbl_filter(function(environment)
    environment.python = executable_in(environment.folder, 'python')
    return environment.python ~= nil
  end, found)
  local python = on_path('python3') or on_path('python')
  if python then
    local folder = vim.fs.dirname(vim.fs.dirname(python))
    found[#found + 1] = { python = python, folder = folder, origin = 'PATH', of_workspace = false }
  end
  return found
end

-- The interpreter whose packages the project uses.
---@param root? string
---@param configured? string the setting `excore.interpreter`
---@return string? interpreter
---@return string origin where it was found, for people
function M.interpreter(root, configured)
  local best = M.environments(root, configured)[1]
  if best then
    return best.python, best.origin
  end
  return nil, 'nowhere'
end

-- What is wrong with the interpreter that the user named, in one sentence.
---@param root? string
---@param configured? string the setting `excore.interpreter`
---@return string? problem
function M.problem(root, configured)
  if not configured or configured == '' then
    return nil
  end
  local python = named(configured, root).python
  local found = vim.uv.fs_stat(python)
  local fault = not found and 'is not there'
    or found.type == 'directory' and 'is a folder'
    or vim.fn.executable(python) == 0 and 'is no program'
  return fault and ('the setting excore.interpreter names %s, which %s'):format(python, fault) or nil
end

---@param environment excore.Environment
---@return boolean
local function has_server(environment)
  local name = WINDOWS and 'excore-server.exe' or 'excore-server'
  return vim.fn.executable(vim.fs.joinpath(vim.fs.dirname(environment.python), name)) == 1
end

-- The environments with a server that are the workspace's own.
---@param root? string
---@param configured? string
---@return excore.Environment[]
function M.of_workspace(root, configured)
  return vim.tbl_filter(function(environment)
    return environment.of_workspace and has_server(environment)
  end, M.environments(root, configured))
end

-- The server of the best environment that has one and may be run, else the one on PATH.
---@param root? string
---@param configured? string
---@return string[]? command
---@return string reason
---@return string? passed the folder of an environment that would have come first, had the user decided about it
function M.server_command(root, configured)
  local passed
  for _, environment in ipairs(M.environments(root, configured)) do
    if has_server(environment) then
      local state = environment.of_workspace and trust.state(environment.folder) or 'trusted'
      if state == 'trusted' then
        return { environment.python, '-m', 'excore_server' }, 'installed in ' .. environment.origin, passed
      elseif state == 'unknown' then
        passed = passed or environment.folder
      end
    end
  end
  local server = on_path('excore-server')
  if server then
    return { server }, 'found on PATH', passed
  end
  return nil, passed and trust.advice(passed) or 'install it there: :help excore-setup', passed
end

return M
