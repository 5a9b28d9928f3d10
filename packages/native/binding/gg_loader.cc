// Loads shared libraries before the binding that needs them: CUDA's, which TensorFlow opens by short names that the
// system's loader may not know but finds where they are loaded already, and TensorFlow's own, which talks to stderr
// while it is loaded, before anything can tell it not to.
//
// SPDX-License-Identifier: MIT

#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace {

std::string Text(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, ' ');
  napi_get_value_string_utf8(env, value, &text[0], length + 1, &length);
  return text;
}

// load(paths, quiet): what the system's loader says of each library that it cannot load.
napi_value Load(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value args[2];
  napi_value failures = nullptr;
  uint32_t count = 0;
  uint32_t failed = 0;
  bool quiet = false;
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  napi_create_array(env, &failures);
  if (argc < 2 || napi_get_array_length(env, args[0], &count) != napi_ok)
    return failures;
  napi_get_value_bool(env, args[1], &quiet);

  fflush(stderr);
  const int saved = quiet ? dup(STDERR_FILENO) : -1;
  const int nowhere = quiet ? open("/dev/null", O_WRONLY) : -1;
  if (saved >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  for (uint32_t i = 0; i < count; i++) {
    napi_value path;
    napi_get_element(env, args[0], i, &path);
    if (dlopen(Text(env, path).c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr)
      continue;
    napi_value failure = nullptr;
    napi_create_string_utf8(env, dlerror(), NAPI_AUTO_LENGTH, &failure);
    napi_set_element(env, failures, failed++, failure);
  }
  fflush(stderr);
  if (saved >= 0) {
    dup2(saved, STDERR_FILENO);
    close(saved);
  }
  if (nowhere >= 0) close(nowhere);
  return failures;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) napi_value
napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value function = nullptr;
  napi_create_function(env, "load", NAPI_AUTO_LENGTH, Load, nullptr, &function);
  napi_set_named_property(env, exports, "load", function);
  return exports;
}
