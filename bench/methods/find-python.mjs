// The python that computes what we are compared with.
import { spawnSync } from 'node:child_process'

/** The first of `GG_PYTHON` and the system's own that has PyTorch; undefined if none has. */
export function findPython() {
  return [process.env.GG_PYTHON, 'python3', 'python']
    .filter(Boolean)
    .find((name) => spawnSync(name, ['-c', 'import torch']).status === 0)
}
