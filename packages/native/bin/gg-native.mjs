#!/usr/bin/env node
// Not the built file itself: package managers link a command when they install, and the first build comes after that.
import '../dist/gg-native.js'
