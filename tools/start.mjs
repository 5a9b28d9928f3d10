// npm start: installs, builds, and trains LeNet with gated gradients on glyphs that are drawn as they are needed.
import { build, install, ROOT, run } from './workspace.mjs'

const EXAMPLE = ['train', '--model', 'lenet', '--data', 'glyphs', '--at', 'conv*/output=gate()']

install()
build()
const given = process.argv.slice(2)
process.exitCode = run(process.execPath, [`${ROOT}apps/trainer/bin/gg.mjs`, ...EXAMPLE, ...given])
