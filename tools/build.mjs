// npm run build: installs what the lock file says and builds every package.
import { build, install } from './workspace.mjs'

install()
build()
