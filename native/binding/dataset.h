// The JavaScript face of core's Dataset.
#pragma once

#include "binding/handle.h"
#include "core/dataset/dataset.h"

#include <napi.h>

#include <memory>

namespace roentgen::binding {

class DatasetWrap : public Napi::ObjectWrap<DatasetWrap>, Counted<DatasetWrap> {
 public:
  static void define(Napi::Env env, Napi::Object exports);
  // Throws ERR_INVALID_ARGUMENT for anything else, ERR_DISPOSED for a disposed one.
  static std::shared_ptr<Dataset> unwrap(const Napi::Value& value);
  static int live() { return count; }

  explicit DatasetWrap(const Napi::CallbackInfo& info);
  void Finalize(Napi::BasicEnv env) override;

 private:
  static Napi::Value open(const Napi::CallbackInfo& info);
  static Napi::Value fromRaw(const Napi::CallbackInfo& info);
  static Napi::Value fromImages(const Napi::CallbackInfo& info);
  static Napi::Object wrap(Napi::Env env, std::shared_ptr<Dataset> dataset);

  Napi::Value shape(const Napi::CallbackInfo& info);
  Napi::Value metadata(const Napi::CallbackInfo& info);
  Napi::Value column(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value mask(const Napi::CallbackInfo& info);
  Napi::Value preview(const Napi::CallbackInfo& info);
  Napi::Value measure(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);

  Holder<Dataset> dataset_;
};

}  // namespace roentgen::binding
