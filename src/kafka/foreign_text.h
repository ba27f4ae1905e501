// Text that somebody else wrote, made fit for a message.
#pragma once

#include <string>
#include <string_view>

namespace partwise::kafka {

/// Printable ASCII as it is, anything else as '?' (blanks of all kinds as one blank), and no more
/// than 300 characters.
std::string shown_foreign(std::string_view text);

}  // namespace partwise::kafka
