// The pickles that torch.save writes, checked and put in the words of LibTorch's unpickler.
#pragma once

#include <string>
#include <string_view>

namespace roentgen {

// LibTorch's unpickler builds tensors, numbers and containers, but makes None of an OrderedDict,
// which every state dictionary is. Returns the same pickle with plain dictionaries in their place;
// where one has attributes, as `_metadata`, a pair of both.
// Throws ERR_INVALID_FILE with the name of the class or function where the pickle asks for one
// beyond those, before any of it is built; and for what is no pickle of protocol 2.
std::string plainPickle(std::string_view pickle);

}  // namespace roentgen
