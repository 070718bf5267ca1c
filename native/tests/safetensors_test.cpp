// Reading and writing safetensors: round trips, every rule of the format broken once, and random
// damage.
#include "core/io/safetensors.h"

#include "core/io/json.h"
#include "tests/check.h"

#include <ATen/ATen.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <random>
#include <sys/resource.h>

namespace roentgen::testing {
namespace {

std::string file(const std::string& header, const std::string& data) {
  const uint64_t length = header.size();
  std::string out(8, '\0');
  std::memcpy(out.data(), &length, 8);
  return out + header + data;
}

std::string stored(const std::string& contents) {
  const std::string path = temporaryPath("case.safetensors");
  writeText(path, contents);
  return path;
}

TensorFile sample() {
  return {{{"a", at::arange(6, at::kFloat).view({2, 3})},
           {"b.num_batches_tracked", at::tensor(7, at::kLong)},
           {"c", at::zeros({0, 4}, at::kByte)},
           {"d", at::ones({3}, at::kBFloat16)}},
          {{"classes", "[\"NORMAL\",\"ÄÖ\\n\"]"}}};
}

constexpr char one[] = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";

}  // namespace

TEST("safetensors: what was written is read back, scalars, empty tensors and metadata included") {
  const std::string path = temporaryPath("round.safetensors");
  const TensorFile written = sample();
  writeTensors(path, written);
  const TensorFile read = readTensors(path);
  REQUIRE(read.metadata == written.metadata);
  REQUIRE(readTensorMetadata(path) == written.metadata);
  REQUIRE_EQUAL(read.tensors.size(), written.tensors.size());
  for (const auto& [name, tensor] : written.tensors) {
    REQUIRE_EQUAL(read.tensors.at(name).scalar_type(), tensor.scalar_type());
    REQUIRE(at::equal(read.tensors.at(name), tensor));
  }
}

TEST("safetensors: the header is padded so that data start at a multiple of eight") {
  const std::string path = temporaryPath("aligned.safetensors");
  writeTensors(path, sample());
  uint64_t length = 0;
  std::memcpy(&length, readText(path).data(), 8);
  REQUIRE_EQUAL(length % 8, 0u);
}

TEST("safetensors: channels-last tensors are stored in row-major order") {
  const std::string path = temporaryPath("layout.safetensors");
  const auto x =
      at::arange(24, at::kFloat).view({1, 2, 3, 4}).contiguous(at::MemoryFormat::ChannelsLast);
  writeTensors(path, {{{"x", x}}, {}});
  REQUIRE(at::equal(readTensors(path).tensors.at("x"), x));
}

TEST("safetensors: each broken rule is refused with its own words") {
  struct Broken {
    std::string contents;
    const char* words;
  };
  const auto entry = [](const std::string& members) { return "{\"a\":{" + members + "}}"; };
  std::string huge = file(one, "xx");
  huge.replace(0, 8, std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8));
  const std::vector<Broken> all{
      {"1234567", "too short"},
      {huge, "too many"},
      {file(one, "xx").substr(0, 30), "only 22 follow"},
      {file("", ""), "empty"},
      {file(std::string(" ") + one, "xx"), "does not start with '{'"},
      {file(std::string(one) + "\n", "xx"), "does not end with '}'"},
      {file("{\"a\":\xff}", ""), "not valid"},
      {file(
           R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
           "xx"),
       "duplicate key \"a\""},
      {file(entry(R"("dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2])"), "xx"),
       "duplicate key \"dtype\""},
      {file(R"({"__metadata__":{"k":1}})", ""), "is not a string"},
      {file(R"({"__metadata__":[]})", ""), "not an object"},
      {file(R"({"":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", "x"), "invalid name"},
      {file(R"({"a\u0000":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", "x"), "invalid name"},
      {file(R"({"a":5})", ""), "not an object"},
      {file(entry(R"("dtype":"U8","shape":[2],"data_offsets":[0,2],"more":1)"), "xx"),
       "unknown field \"more\""},
      {file(entry(R"("shape":[2],"data_offsets":[0,2])"), "xx"), "no dtype"},
      {file(entry(R"("dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2])"), "xx"),
       "unsupported dtype"},
      {file(entry(R"("dtype":"U8","data_offsets":[0,2])"), "xx"), "no shape"},
      {file(entry(R"("dtype":"U8","shape":[2.0],"data_offsets":[0,2])"), "xx"),
       "non-negative integer"},
      {file(entry(R"("dtype":"U8","shape":[2e0],"data_offsets":[0,2])"), "xx"),
       "non-negative integer"},
      {file(entry(R"("dtype":"U8","shape":[-2],"data_offsets":[0,2])"), "xx"),
       "non-negative integer"},
      {file(
           entry(
               R"("dtype":"F64","shape":[9007199254740992,9007199254740992],"data_offsets":[0,2])"),
           "xx"),
       "overflows"},
      {file(entry(R"("dtype":"U8","shape":[2],"data_offsets":[0])"), "xx"), "not a pair"},
      {file(entry(R"("dtype":"U8","shape":[2],"data_offsets":[2,0])"), "xx"), "not increasing"},
      {file(entry(R"("dtype":"U8","shape":[2],"data_offsets":[-1,1])"), "xx"), "not increasing"},
      {file(entry(R"("dtype":"U16","shape":[2],"data_offsets":[0,2])"), "xx"), "needs 4 bytes"},
      {file(entry(R"("dtype":"U8","shape":[1],"data_offsets":[1,2])"), "xx"), "hole or an overlap"},
      {file(
           R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
           "xxx"),
       "hole or an overlap"},
      {file(one, "x"), "truncated"},
      {file(one, "xxx"), "over-long"},
      {file("{" + std::string(40, '['), ""), "does not end"},
      {file("{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}", ""),
       "nested too deeply"},
  };
  for (const Broken& broken : all)
    REQUIRE_ERROR(readTensors(stored(broken.contents)), "ERR_INVALID_FILE", broken.words);
  REQUIRE_EQUAL(readTensors(stored(file(one, "xx"))).tensors.size(), 1u);
}

TEST("safetensors: trailing spaces in the header are padding") {
  REQUIRE_EQUAL(readTensors(stored(file(std::string(one) + "   ", "xx"))).tensors.size(), 1u);
}

TEST(
    "safetensors: a flipped byte, a cut or an addition gives an error or a valid file, never a "
    "crash") {
  const std::string path = temporaryPath("fuzz.safetensors");
  writeTensors(path, sample());
  const std::string good = readText(path);
  std::mt19937 engine(1);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = good;
    for (uint32_t edits = 1 + engine() % 3; edits > 0; --edits) {
      damaged[engine() % damaged.size()] = static_cast<char>(engine());
    }
    if (engine() % 4 == 0) damaged.resize(engine() % (damaged.size() + 9));
    try {
      readTensors(stored(damaged));
    } catch (const Error& error) {
      REQUIRE_EQUAL(std::string_view(error.code()), "ERR_INVALID_FILE");
      ++refused;
    }
  }
  REQUIRE(refused > 1000);
}

TEST("safetensors: a missing file and a folder are told apart from a damaged file") {
  REQUIRE_ERROR(readTensors(temporaryPath("nowhere")), "ERR_NOT_FOUND", "does not exist");
  REQUIRE_ERROR(readTensors(temporaryPath("")), "ERR_IO", "not a regular file");
}

TEST("safetensors: when space runs out the previous file survives and no temporary file is left") {
  const std::filesystem::path folder = temporaryPath("full");
  std::filesystem::create_directories(folder);
  const std::string path = (folder / "model.safetensors").string();
  writeTensors(path, sample());
  const std::string before = readText(path);

  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{.rlim_cur = 100'000, .rlim_max = limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const TensorFile large{{{"x", at::zeros({1 << 18})}}, {}};
  REQUIRE_ERROR(writeTensors(path, large), "ERR_NO_SPACE", "the previous file is untouched");
  ::setrlimit(RLIMIT_FSIZE, &limit);

  REQUIRE(readText(path) == before);
  REQUIRE_EQUAL(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST("JSON: escapes and surrogate pairs are decoded, invalid UTF-8 and lone surrogates refused") {
  REQUIRE_EQUAL(*Json::parse(R"("A\u00e9\ud83d\ude00\n")").string(), "A\xc3\xa9\xf0\x9f\x98\x80\n");
  for (const char* bad :
       {"\"\\ud83d\"", "\"\\udc00\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"",
        "\"a", "01", "1.", "-", "[1,]", "{\"a\":1,}", "nul", "1 2", "\"\x01\""}) {
    REQUIRE_ERROR(Json::parse(bad), "ERR_INVALID_FILE", "at byte");
  }
}

TEST("JSON: integers stay exact and are told apart from other numbers") {
  REQUIRE_EQUAL(*Json::parse("9007199254740993").integer(), 9007199254740993);
  REQUIRE(Json::parse("1.0").integer() == nullptr);
  REQUIRE(Json::parse("1e3").integer() == nullptr);
}

}  // namespace roentgen::testing
