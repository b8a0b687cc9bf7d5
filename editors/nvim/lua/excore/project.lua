-- Which TOML files are ExCore configs, and to which project they belong.
--
-- The same cheap checks as in the VS Code client, in this order:
--   1. the name: only `*.toml`, never a hidden file or one that belongs to another tool (pyproject.toml, ...);
--   2. the nearest folder above with `.excore.toml`, or with `[tool.excore]` in its pyproject.toml, is the project;
--   3. a file with a `__base__` key or a prefixed key is a config wherever it is;
--   4. a file in a Python project whose sources import excore is a config. Where nothing marks a project, the current
--      folder is one if the file is below it, else the nearest whose sources do, a few levels up;
--      `lang/project/sources.py` says the same to the server.

local M = {}

local uv = vim.uv

local names = require('excore.names')

local BOUNDARIES = names.boundaries

local MAX_FILES = 200
local MAX_ENTRIES = 2000
local MAX_DEPTH = 3
local LEVELS_ABOVE = 2
local MAX_BYTES = 16384

---@param path string
---@param limit? integer
---@return string? text nil when the file cannot be read
local function read(path, limit)
  local handle = io.open(path, 'rb')
  if not handle then
    return nil
  end
  local text = handle:read(limit or '*a')
  handle:close()
  return text
end

---@param name string
---@return boolean
local function hidden(name)
  return name:sub(1, 1) == '.'
end

---@param path string
---@return boolean belongs_to_another_tool
function M.is_foreign(path)
  local name = vim.fs.basename(path):lower()
  if hidden(name) or name:sub(-5) ~= '.toml' then
    return true
  end
  for _, pattern in ipairs(names.plain_patterns) do
    if name:find(pattern) then
      return true
    end
  end
  return names.plain_names[name] == true
end

---@param folder string
---@return boolean
local function declares_project(folder)
  if uv.fs_stat(vim.fs.joinpath(folder, '.excore.toml')) then
    return true
  end
  local pyproject = read(vim.fs.joinpath(folder, 'pyproject.toml'))
  return pyproject ~= nil and ('\n' .. pyproject):find('\n%s*%[tool%.excore[%]%.]') ~= nil
end

---@param path string
---@param root string
---@return boolean
local function in_skipped_folder(path, root)
  local relative = vim.fs.relpath(root, path) or ''
  for part in vim.fs.dirname(relative):gmatch('[^/]+') do
    if (hidden(part) and part ~= '.' and part ~= '..') or names.skipped_folders[part] then
      return true
    end
  end
  return false
end

---@param lines string[]
---@return boolean
function M.looks_like_config(lines)
  for _, line in ipairs(lines) do
    if line:find('^%s*__base__%s*=') or line:find('^%s*["\']?' .. names.prefix_class .. '[%w_-]+["\']?%s*[=.]') then
      return true
    end
  end
  return false
end

---@param folder string
---@return boolean
local function is_marked(folder)
  return vim.iter({ '.excore.toml', unpack(BOUNDARIES) }):any(function(name)
    return uv.fs_stat(vim.fs.joinpath(folder, name)) ~= nil
  end)
end

---@type table<string, true>
local uses_excore_memo = {}

-- Does any Python source near the top of this folder import excore? A yes is kept until `M.forget()`.
---@param folder string
---@param alone? boolean projects below it are left out
---@return boolean
local function uses_excore(folder, alone)
  if uses_excore_memo[folder] then
    return true
  end
  local seen, entries = 0, 0
  local options = {
    depth = MAX_DEPTH,
    skip = function(name)
      local base, full = vim.fs.basename(name), vim.fs.joinpath(folder, name)
      return not (hidden(base) or names.skipped_folders[base] or (alone and is_marked(full)))
    end,
  }
  for name, kind in vim.fs.dir(folder, options) do
    entries = entries + 1
    if kind == 'file' and name:sub(-3) == '.py' then
      seen = seen + 1
      local text = '\n' .. (read(vim.fs.joinpath(folder, name), MAX_BYTES) or '')
      if text:find('\n%s*from%s+excore[%s%.]') or text:find('\n%s*import%s+excore[%s%.,]') then
        uses_excore_memo[folder] = true
        return true
      end
    end
    if seen >= MAX_FILES or entries >= MAX_ENTRIES then
      break
    end
  end
  return false
end

-- Look at the disk again next time.
function M.forget()
  uses_excore_memo = {}
end

-- The nearest folder above with a project file.
---@param path string
---@return string?
function M.declared_root(path)
  for folder in vim.fs.parents(path) do
    if declares_project(folder) then
      return folder
    end
  end
end

-- The folder that uses excore where nothing marks a project.
---@param path string
---@return string?
local function unmarked_root(path)
  local current = vim.fs.normalize(vim.fn.getcwd())
  local candidates = vim.startswith(path, current .. '/') and { current } or {}
  vim.list_extend(candidates, vim.iter(vim.fs.parents(path)):take(LEVELS_ABOVE + 1):totable())
  local vast = { [vim.fs.normalize('~')] = true, [vim.fs.normalize(uv.os_tmpdir())] = true, ['/'] = true }
  return vim.iter(candidates):find(function(candidate)
    return not vast[candidate] and uses_excore(candidate, true)
  end)
end

local REFUSED = 'the file is in a folder that is not part of the project'

-- The project folder of a Python file, or nil when nothing says that its project has configs. The reason is for people.
---@param path string absolute
---@return string? root
---@return string reason
function M.python_root_of(path)
  path = vim.fs.normalize(path)
  local declared = M.declared_root(path)
  local root = declared or vim.fs.root(path, BOUNDARIES)
  if root and in_skipped_folder(path, root) then
    return nil, REFUSED
  elseif declared then
    return declared, 'inside the project ' .. declared
  elseif root and uses_excore(root) then
    return root, 'the Python sources of ' .. root .. ' import excore'
  end
  return nil, 'no .excore.toml, no [tool.excore], no Python source that imports excore'
end

-- The project folder of a config, or nil when the file is not a config. The reason is for people.
---@param path string absolute
---@param lines string[] the text of the file, or its beginning
---@return string? root
---@return string reason
function M.root_of(path, lines)
  path = vim.fs.normalize(path)
  if path == '' or M.is_foreign(path) then
    return nil, 'the file belongs to another tool'
  end
  local declared = M.declared_root(path)
  if declared then
    if in_skipped_folder(path, declared) then
      return nil, REFUSED
    end
    return declared, 'inside the project ' .. declared
  end
  local boundary = vim.fs.root(path, BOUNDARIES)
  local own = not boundary and unmarked_root(path) or nil
  if M.looks_like_config(lines) then
    return boundary or own or vim.fs.dirname(path), 'it has __base__ or a prefixed key'
  end
  local root = own or (boundary and uses_excore(boundary) and boundary)
  if root and not in_skipped_folder(path, root) then
    return root, 'the Python sources of ' .. root .. ' import excore'
  end
  return nil, 'no .excore.toml, no [tool.excore], no Python source that imports excore, no prefixed key'
end

-- `root_of` for a buffer, or `python_root_of` where `vim.g.excore_python` asks for that.
---@param bufnr integer
---@return string? root
---@return string reason
function M.buffer_root(bufnr)
  if vim.bo[bufnr].buftype ~= '' then
    return nil, 'not a file'
  elseif vim.bo[bufnr].filetype == 'python' then
    if not vim.g.excore_python then
      return nil, 'Python files are left alone; let vim.g.excore_python = true to serve them'
    end
    return M.python_root_of(vim.api.nvim_buf_get_name(bufnr))
  end
  return M.root_of(vim.api.nvim_buf_get_name(bufnr), vim.api.nvim_buf_get_lines(bufnr, 0, 1000, false))
end

---@param bufnr integer
---@return boolean
function M.is_config(bufnr)
  return vim.bo[bufnr].filetype == 'toml' and M.buffer_root(bufnr) ~= nil
end

return M
