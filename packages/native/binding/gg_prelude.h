// Included before every file of tfjs-node's binding (-include), so that its source stays as it is. It adds what the
// binding has no words for: a configuration of TensorFlow, and the device on which an operation really ran.
//
// SPDX-License-Identifier: MIT

#ifndef GG_PRELUDE_H_
#define GG_PRELUDE_H_

#include <node_api.h>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

namespace gg {

// TFE_NewContextOptions with the bytes of the ConfigProto that JavaScript left in `globalThis.__ggNative`.
TFE_ContextOptions *NewContextOptions();

// TFE_ContextListDevices that keeps what it saw: name, type and bytes of memory, one line a device.
TF_DeviceList *ContextListDevices(TFE_Context *context, TF_Status *status);

// TFE_Execute that remembers the device of the first output while it is told to.
void Execute(TFE_Op *op, TFE_TensorHandle **retvals, int *num_retvals,
             TF_Status *status);

// Reads `globalThis.__ggNative`, then runs tfjs-node's own initialization and adds to its exports.
napi_value Init(napi_env env, napi_value exports,
                napi_value (*inner)(napi_env, napi_value));

}  // namespace gg

#define TFE_NewContextOptions gg::NewContextOptions
#define TFE_ContextListDevices gg::ContextListDevices
#define TFE_Execute gg::Execute

#undef NAPI_MODULE
#define NAPI_MODULE(name, init)                                   \
  extern "C" __attribute__((visibility("default"))) napi_value    \
  napi_register_module_v1(napi_env env, napi_value exports) {     \
    return gg::Init(env, exports, init);                          \
  }

#endif  // GG_PRELUDE_H_
