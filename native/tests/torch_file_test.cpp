// A hostile or damaged pickle is an error, never a crash and never more than tensors.
#include "core/io/torch_file.h"

#include "core/io/torch_pickle.h"
#include "tests/check.h"

#include <caffe2/serialize/inline_container.h>
#include <random>

namespace roentgen::testing {
namespace {

std::string fixturePath(const char* name) {
  return text(ROENTGEN_SOURCE_DIR, "/test/fixtures/weights/", name);
}

std::string pickleOf(const char* fixture) {
  caffe2::serialize::PyTorchStreamReader reader(fixturePath(fixture));
  const auto [data, size] = reader.getRecord("data.pkl");
  return {static_cast<const char*>(data.get()), size};
}

// The fixture with another pickle.
void writeArchive(const std::string& path, const std::string& pickle) {
  caffe2::serialize::PyTorchStreamReader reader(fixturePath("checkpoint.pth"));
  caffe2::serialize::PyTorchStreamWriter writer(path);
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  for (const auto& name : reader.getAllRecords()) {
    if (!name.starts_with("data/")) continue;
    const auto [data, size] = reader.getRecord(name);
    writer.writeRecord(name, data.get(), size);
  }
  writer.writeEndOfFile();
}

}  // namespace

TEST("a pickle that is changed anywhere gives tensors or an error") {
  const std::string whole = pickleOf("checkpoint.pth");
  const std::string path = temporaryPath("changed.pth");
  std::mt19937 engine(17);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string pickle = whole;
    for (int change = 0; change <= round % 3; ++change) {
      const size_t place = engine() % pickle.size();
      // Opcodes are more telling than other bytes.
      constexpr std::string_view opcodes = "}])(qrhjcXKMJGNtaesuRbQ.\x80\x85\x86\x87\x88\x89\x8a";
      pickle[place] =
          engine() % 2 ? opcodes[engine() % opcodes.size()] : static_cast<char>(engine());
      if (engine() % 8 == 0) pickle.erase(place, engine() % 16);
    }
    writeArchive(path, pickle);
    try {
      readTorchFile(path);
    } catch (const Error& error) {
      ++refused;
      REQUIRE(std::string(error.code()) == "ERR_INVALID_FILE");
    }
  }
  REQUIRE(refused > 1000);
}

TEST("a pickle that asks for anything but tensors is refused before it is built") {
  const auto refuse = [](const std::string& global) {
    return [global] { plainPickle(text("\x80\x02", "c", global, "\n)R.")); };
  };
  for (const char* global :
       {"os\nsystem", "builtins\neval", "torch\nload", "torch.storage\nUntypedStorage",
        "collections\nCounter", "torch._utils\n_rebuild_sparse_tensor"}) {
    std::string name = global;
    std::replace(name.begin(), name.end(), '\n', '.');
    REQUIRE_ERROR(refuse(global)(), "ERR_INVALID_FILE", name.c_str());
  }
}

TEST("what a pickle claims of sizes is not believed") {
  const std::string path = temporaryPath("claims.pth");
  std::string pickle = pickleOf("checkpoint.pth");
  // The first storage's elements, as one byte behind the name of its device.
  const size_t place = pickle.find('K', pickle.find("cpu"));
  pickle[place + 1] = '\xff';
  writeArchive(path, pickle);
  REQUIRE_ERROR(readTorchFile(path), "ERR_INVALID_FILE", "more bytes than the file has");
  REQUIRE_ERROR(plainPickle("\x80\x02}r\xff\xff\xff\x7f."), "ERR_INVALID_FILE", "memo");
}

TEST("opcodes that make objects, and protocols after the second, are refused") {
  for (const std::string code : {"i", "o", "\x81", "\x92", "\x93", "\x94", "\x95", "P", "B"})
    REQUIRE_ERROR(plainPickle(text("\x80\x02", code, "0000000000000000.")), "ERR_INVALID_FILE",
                  "instruction");
}

}  // namespace roentgen::testing
