#include "keys/kept_key.h"

#include <algorithm>

#include "keys/byte_form.h"
#include "keys/key_hash.h"

namespace partwise::keys {

KeptKey KeptKey::of(std::string_view key, std::uint64_t hash) {
  return {hash, static_cast<std::uint32_t>(key.size()), std::string(key.substr(0, longest))};
}

std::size_t KeptKey::heap_bytes() const { return heap_bytes_of_text(head.capacity()); }

void KeptKey::write(ByteWriter& out) const {
  out.text(head);
  out.number(size - head.size());
  if (!whole()) out.word(hash);
}

KeptKey KeptKey::read(ByteReader& in) {
  KeptKey key;
  key.head = in.text();
  const auto beyond = in.number();
  if (key.head.size() > longest || beyond > UINT32_MAX - longest ||
      (beyond > 0 && key.head.size() < longest)) {
    in.reject("has a key of a size that cannot be");
    return {};
  }
  key.size = static_cast<std::uint32_t>(key.head.size() + beyond);
  key.hash = key.whole() ? key_hash(key.head) : in.word();
  return key;
}

}  // namespace partwise::keys
