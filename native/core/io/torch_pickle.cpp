#include "core/io/torch_pickle.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <utility>

namespace roentgen {
namespace {

// https://docs.python.org/3/library/pickletools.html: what follows the opcodes of protocol 2 that
// plain data are made of.
enum class Argument { none, one, two, four, eight, counted1, counted4, twoLines };

constexpr uint8_t long1 = 0x8a;

struct Opcode {
  uint8_t code;
  Argument argument;
};
constexpr std::array opcodes{
    Opcode{0x80, Argument::one},        // PROTO
    Opcode{'}', Argument::none},        // EMPTY_DICT
    Opcode{']', Argument::none},        // EMPTY_LIST
    Opcode{')', Argument::none},        // EMPTY_TUPLE
    Opcode{'(', Argument::none},        // MARK
    Opcode{'q', Argument::one},         // BINPUT
    Opcode{'r', Argument::four},        // LONG_BINPUT
    Opcode{'h', Argument::one},         // BINGET
    Opcode{'j', Argument::four},        // LONG_BINGET
    Opcode{'c', Argument::twoLines},    // GLOBAL
    Opcode{'X', Argument::counted4},    // BINUNICODE
    Opcode{'K', Argument::one},         // BININT1
    Opcode{'M', Argument::two},         // BININT2
    Opcode{'J', Argument::four},        // BININT
    Opcode{long1, Argument::counted1},  // LONG1
    Opcode{'G', Argument::eight},       // BINFLOAT
    Opcode{0x88, Argument::none},       // NEWTRUE
    Opcode{0x89, Argument::none},       // NEWFALSE
    Opcode{'N', Argument::none},        // NONE
    Opcode{'t', Argument::none},        // TUPLE
    Opcode{0x85, Argument::none},       // TUPLE1
    Opcode{0x86, Argument::none},       // TUPLE2
    Opcode{0x87, Argument::none},       // TUPLE3
    Opcode{'a', Argument::none},        // APPEND
    Opcode{'e', Argument::none},        // APPENDS
    Opcode{'s', Argument::none},        // SETITEM
    Opcode{'u', Argument::none},        // SETITEMS
    Opcode{'R', Argument::none},        // REDUCE
    Opcode{'b', Argument::none},        // BUILD
    Opcode{'Q', Argument::none},        // BINPERSID
    Opcode{'.', Argument::none},        // STOP
};

constexpr std::string_view orderedDict = "collections\nOrderedDict\n";
constexpr char tuple2 = '\x86';

// What makes tensors. Storages are classes, but only name a type of number.
bool allowed(std::string_view global) {
  constexpr std::array<std::string_view, 3> functions{
      orderedDict, "torch._utils\n_rebuild_tensor_v2\n", "torch._utils\n_rebuild_parameter\n"};
  const bool storage = global.starts_with("torch\n") && global.ends_with("Storage\n");
  return storage || std::find(functions.begin(), functions.end(), global) != functions.end();
}

[[noreturn]] void fail(const std::string& what) {
  throw Error("ERR_INVALID_FILE", what);
}

// Little-endian.
size_t toNumber(std::string_view bytes) {
  size_t number = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    number = number << 8 | static_cast<uint8_t>(*byte);
  return number;
}

struct Instruction {
  uint8_t code = 0;
  std::string_view whole = {}, argument = {};  // with the code; without it
};

class Instructions {
 public:
  explicit Instructions(std::string_view pickle) : rest_(pickle) {}

  Instruction next() {
    if (rest_.empty()) fail("its pickle ends too early");
    const auto code = static_cast<uint8_t>(rest_.front());
    const auto* opcode = std::find_if(opcodes.begin(), opcodes.end(),
                                      [&](const Opcode& known) { return known.code == code; });
    if (opcode == opcodes.end()) {
      fail(text("its pickle has the instruction ", int{code},
                ", which plain tensors, numbers and containers do not need: save it with "
                "torch.save(model.state_dict(), file)"));
    }
    const size_t length = argumentLength(opcode->argument);
    if (rest_.size() < 1 + length) fail("its pickle ends too early");
    const Instruction instruction{code, rest_.substr(0, 1 + length), rest_.substr(1, length)};
    rest_.remove_prefix(1 + length);
    return instruction;
  }

 private:
  size_t argumentLength(Argument argument) const {
    switch (argument) {
      case Argument::none:
        return 0;
      case Argument::one:
        return 1;
      case Argument::two:
        return 2;
      case Argument::four:
        return 4;
      case Argument::eight:
        return 8;
      case Argument::counted1:
        return 1 + count(1);
      case Argument::counted4:
        return 4 + count(4);
      case Argument::twoLines: {
        const size_t first = rest_.find('\n');
        const size_t second = first == rest_.npos ? first : rest_.find('\n', first + 1);
        return second == rest_.npos ? rest_.size() : second;
      }
    }
    return 0;
  }
  // Behind the code.
  size_t count(size_t bytes) const { return toNumber(rest_.substr(1, bytes)); }

  std::string_view rest_;
};

// A number of 8 bytes, the one length that LibTorch reads, of one of fewer.
std::string widened(std::string_view number) {
  constexpr size_t bytes = 8;
  if (number.size() > bytes) fail("it holds a number of more than 64 bits");
  const bool negative = !number.empty() && static_cast<uint8_t>(number.back()) >= 0x80;
  std::string wide(number);
  wide.resize(bytes, negative ? '\xff' : '\0');
  return text(char{bytes}, wide);
}

// Whether `OrderedDict` is called right here without arguments; then behind the call.
bool skipCall(Instructions& instructions) {
  Instructions ahead = instructions;
  if (ahead.next().code != ')' || ahead.next().code != 'R') return false;
  instructions = ahead;
  return true;
}

}  // namespace

std::string plainPickle(std::string_view pickle) {
  Instructions instructions(pickle);
  std::string plain;
  std::set<std::string_view> memos;  // places of the memo that hold OrderedDict itself
  for (size_t count = 0;; ++count) {
    const Instruction instruction = instructions.next();
    const bool puts = instruction.code == 'q' || instruction.code == 'r';
    // Python numbers its places one by one; LibTorch would make room for any number.
    if (puts && toNumber(instruction.argument) > count) fail("its pickle skips places of its memo");
    const bool recalled = (instruction.code == 'h' || instruction.code == 'j') &&
                          memos.contains(instruction.argument);
    if (instruction.code == 'c' && !allowed(instruction.argument)) {
      std::string name(instruction.argument.substr(0, instruction.argument.size() - 1));
      std::replace(name.begin(), name.end(), '\n', '.');
      fail(text("it asks for ", name,
                ", and only tensors, numbers and containers are read: save it with "
                "torch.save(model.state_dict(), file)"));
    }
    if (recalled || instruction.argument == orderedDict) {
      Instructions ahead = instructions;
      if (const auto put = ahead.next(); put.code == 'q' || put.code == 'r') {
        memos.insert(put.argument);
        instructions = ahead;
      }
      if (!skipCall(instructions)) fail("it calls OrderedDict in an unknown way");
      plain += '}';
    } else if (instruction.code == long1) {
      plain += instruction.whole.front() + widened(instruction.argument.substr(1));
    } else if (instruction.code == 'b') {
      plain += tuple2;
    } else {
      plain += instruction.whole;
    }
    if (instruction.code == '.') return plain;
  }
}

}  // namespace roentgen
