-- Which TOML files are ExCore configs, and to which project they belong.
--
-- The same cheap checks as in the VS Code client, in this order:
--   1. the name: only `*.toml`, never a hidden file or one that belongs to another tool (pyproject.toml, ...);
--   2. the project: the nearest folder above with `.excore.toml`, or with `[tool.excore]` in its pyproject.toml, else as
--      `lang/project/sources.py` says it to the server; the current folder is the one that is open;
--   3. a file with a `__base__` key or a prefixed key is a config wherever it is;
--   4. any file of a project that says it is one, or whose sources import excore, is a config, but not in folders that
--      tools and runs fill.

local M = {}

local uv = vim.uv

local names = require('excore.names')

local SEARCH = names.search

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
local function is_hidden(name)
  return name:sub(1, 1) == '.' and #name > 1
end

---@param name string
---@return boolean
local function holds_no_source(name)
  return is_hidden(name) or names.tool_folders[name] or vim.endswith(name, '.egg-info')
end

---@param path string
---@return boolean belongs_to_another_tool
function M.is_foreign(path)
  local name = vim.fs.basename(path):lower()
  if is_hidden(name) or name:sub(-5) ~= '.toml' then
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
  return vim.iter(vim.gsplit(vim.fs.dirname(vim.fs.relpath(root, path) or ''), '/')):any(function(part)
    return is_hidden(part) or names.tool_folders[part] or names.run_folders[part]
  end)
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

-- Has a folder a sign that a project begins there?
---@param folder string
---@return boolean
local function is_marked(folder)
  return vim.iter(names.boundaries):any(function(name)
    return uv.fs_stat(vim.fs.joinpath(folder, name)) ~= nil
  end)
end

-- No project, whatever lies in it: a user's home and the whole disk.
---@param folder string
---@return boolean
local function is_vast(folder)
  return folder == vim.fs.normalize('~') or folder == vim.fs.dirname(folder)
end

-- The nearest folder above a file with a sign.
---@param path string
---@return string?
local function marked_root(path)
  return vim.iter(vim.fs.parents(path)):find(function(folder)
    return not is_vast(folder) and is_marked(folder)
  end)
end

-- Go through the first Python files below a folder, not deep, until one is what is looked for.
---@param root string
---@param wanted fun(path: string): boolean
---@param alone? boolean projects below are left out
---@return boolean found
local function any_python_file(root, wanted, alone)
  local files, folders, level = 0, 0, { root }
  for _ = 1, SEARCH.deepest do
    local below = {}
    for _, folder in ipairs(vim.list_slice(level, 1, SEARCH.folders - folders)) do
      folders = folders + 1
      local entries = vim.iter(vim.fs.dir(folder)):totable()
      table.sort(entries, function(one, other)
        return one[1] < other[1]
      end)
      for _, entry in ipairs(entries) do
        local name, kind = entry[1], entry[2]
        local full = vim.fs.joinpath(folder, name)
        if kind == 'directory' then
          if not holds_no_source(name) and not (alone and is_marked(full)) then
            below[#below + 1] = full
          end
        elseif kind == 'file' and vim.endswith(name, '.py') then
          files = files + 1
          if wanted(full) then
            return true
          elseif files >= SEARCH.files then
            return false
          end
        end
      end
    end
    level = below
  end
  return false
end

---@param path string
---@return boolean
local function imports_excore(path)
  local text = '\n' .. (read(path, SEARCH.bytes) or '') .. '\n'
  return text:find('\n[ \t]*from[ \t]+excore[%s%.]') ~= nil or text:find('\n[ \t]*import[ \t]+excore[%s%.,;]') ~= nil
end

---@type table<string, true>
local uses_excore_memo = {}

-- Do the Python sources near the top of this folder import excore? A yes is kept until `M.forget()`.
---@param folder string
---@return boolean
local function uses_excore(folder)
  if not uses_excore_memo[folder] and any_python_file(folder, imports_excore) then
    uses_excore_memo[folder] = true
  end
  return uses_excore_memo[folder] or false
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

-- Where the project of a file begins of which no project file says so.
---@param path string
---@return string
local function beginning(path)
  local opened, nearest = vim.fs.normalize(vim.fn.getcwd()), marked_root(path) or vim.fs.dirname(path)
  local within = vim.startswith(path, opened .. '/') and not is_vast(opened)
  local meant = within and (is_marked(opened) or #nearest <= #opened or not is_marked(nearest))
  local folder = meant and opened or nearest
  local function is_any()
    return true
  end
  if is_marked(folder) or any_python_file(folder, is_any) then
    return folder
  end
  for above in vim.iter(vim.fs.parents(folder)):take(SEARCH.above) do
    if is_vast(above) or above == vim.fs.normalize(uv.os_tmpdir()) then
      break
    elseif any_python_file(above, imports_excore, true) then
      return above
    elseif is_marked(above) then
      break
    end
  end
  return folder
end

local REFUSED = 'the file is in a folder that is not part of the project'

-- The project folder of a Python file, or nil when nothing says that its project has configs. The reason is for people.
---@param path string absolute
---@return string? root
---@return string reason
function M.python_root_of(path)
  path = vim.fs.normalize(path)
  local declared = M.declared_root(path)
  local root = declared or marked_root(path)
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
  local root = declared or beginning(path)
  if M.looks_like_config(lines) then
    return root, 'it has __base__ or a prefixed key'
  elseif in_skipped_folder(path, root) then
    return nil, REFUSED
  elseif declared then
    return root, 'inside the project ' .. root
  end
  local candidates = { root }
  for folder in vim.iter(vim.fs.parents(path)):take(SEARCH.above + 1) do
    if #folder <= #root then
      break
    end
    candidates[#candidates + 1] = folder
  end
  local user = vim.iter(candidates):find(uses_excore)
  if user then
    return root, 'the Python sources of ' .. user .. ' import excore'
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
