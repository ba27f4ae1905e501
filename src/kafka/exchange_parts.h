// Messages that are larger than a record may be: cut into records, and put together again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace partwise::kafka {

/// Below the million bytes that brokers and clients take where nobody set a limit.
constexpr std::size_t part_bytes_max = 900'000;
/// Of one message: 1.8 GB.
constexpr std::int64_t parts_max = 2'000;

struct ExchangeMessage {
  std::string sender;
  std::string kind;  ///< without a colon
  std::string bytes;
};

struct ExchangePart {
  std::string mark;  ///< "kind:number:of", the number from 0
  std::string_view bytes;
};

/// Of an empty message one part. The parts look into `bytes`.
std::vector<ExchangePart> parts_of(std::string_view kind, std::string_view bytes);

/// Puts parts together, of all senders, each sender's in their order.
class PartsTaken {
 public:
  /// The message, when this was its last part. A part that does not follow the one before it ends
  /// its message: it was sent again, or is nobody's.
  std::optional<ExchangeMessage> take(std::string_view sender, std::string_view mark,
                                      std::string_view bytes);

 private:
  struct Begun {
    std::int64_t next = 0;
    std::int64_t of = 0;
    std::string bytes;
  };
  std::map<std::pair<std::string, std::string>, Begun> begun_;  // by sender and kind
};

}  // namespace partwise::kafka
