// See gg_prelude.h.
//
// SPDX-License-Identifier: MIT

#include "gg_prelude.h"

// Here the names mean TensorFlow's own functions.
#undef TFE_NewContextOptions
#undef TFE_ContextListDevices
#undef TFE_Execute

#include <cstdio>
#include <string>

namespace gg {
namespace {

// A library belongs to the process, so these are the process's too; the configuration is that of the first context.
std::string config;
std::string devices;
std::string last_device;
bool recording = false;

napi_value Undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value String(napi_env env, const std::string &text) {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

bool Get(napi_env env, napi_value object, const char *name, napi_value *value) {
  bool has = false;
  return napi_has_named_property(env, object, name, &has) == napi_ok && has &&
         napi_get_named_property(env, object, name, value) == napi_ok;
}

void ReadConfig(napi_env env, napi_value settings) {
  napi_value bytes;
  void *data = nullptr;
  size_t length = 0;
  if (Get(env, settings, "config", &bytes) &&
      napi_get_typedarray_info(env, bytes, nullptr, &length, &data, nullptr,
                               nullptr) == napi_ok)
    config.assign(static_cast<char *>(data), length);
}

napi_value RecordDevice(napi_env env, napi_callback_info) {
  recording = true;
  last_device.clear();
  return Undefined(env);
}

napi_value RecordedDevice(napi_env env, napi_callback_info) {
  recording = false;
  return String(env, last_device);
}

napi_value Devices(napi_env env, napi_callback_info) {
  return String(env, devices);
}

void Export(napi_env env, napi_value exports, const char *name,
            napi_callback callback) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr,
                       &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

TFE_ContextOptions *NewContextOptions() {
  TFE_ContextOptions *options = TFE_NewContextOptions();
  if (config.empty()) return options;
  TF_Status *status = TF_NewStatus();
  TFE_ContextOptionsSetConfig(options, config.data(), config.size(), status);
  if (TF_GetCode(status) != TF_OK)
    fprintf(stderr, "gg-native: %s\n", TF_Message(status));
  TF_DeleteStatus(status);
  return options;
}

TF_DeviceList *ContextListDevices(TFE_Context *context, TF_Status *status) {
  TF_DeviceList *list = TFE_ContextListDevices(context, status);
  if (TF_GetCode(status) != TF_OK) return list;
  devices.clear();
  for (int i = 0; i < TF_DeviceListCount(list); i++) {
    devices += std::string(TF_DeviceListName(list, i, status)) + "\t" +
               TF_DeviceListType(list, i, status) + "\t" +
               std::to_string(TF_DeviceListMemoryBytes(list, i, status)) + "\n";
  }
  return list;
}

void Execute(TFE_Op *op, TFE_TensorHandle **retvals, int *num_retvals,
             TF_Status *status) {
  TFE_Execute(op, retvals, num_retvals, status);
  if (!recording || TF_GetCode(status) != TF_OK || *num_retvals < 1) return;
  TF_Status *own = TF_NewStatus();
  const char *device = TFE_TensorHandleBackingDeviceName(retvals[0], own);
  if (TF_GetCode(own) == TF_OK && device != nullptr) last_device = device;
  TF_DeleteStatus(own);
}

napi_value Init(napi_env env, napi_value exports,
                napi_value (*inner)(napi_env, napi_value)) {
  napi_value global;
  napi_value settings;
  napi_get_global(env, &global);
  if (Get(env, global, "__ggNative", &settings)) ReadConfig(env, settings);
  napi_value result = inner(env, exports);
  if (result == nullptr) return result;
  Export(env, exports, "recordDevice", RecordDevice);
  Export(env, exports, "recordedDevice", RecordedDevice);
  Export(env, exports, "devices", Devices);
  return result;
}

}  // namespace gg
