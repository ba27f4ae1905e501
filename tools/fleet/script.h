// Carries out a script of single records and topic commands, for tests that need odd topics.
#pragma once

#include <istream>
#include <string>

namespace partwise::fleet {

/// One command a line, from `script`:
///
///   create TOPIC PARTITIONS [NAME=VALUE ...]
///   send TOPIC PARTITION TIMESTAMP_MS KEY SIZE   TIMESTAMP_MS 0: now; KEY "-": none; SIZE below
///                                                zero: a null value
///   put TOPIC PARTITION TIMESTAMP_MS KEY HEX     a record with this value, two digits a byte
///   begin | commit | abort                       a transaction
///   truncate TOPIC PARTITION OFFSET              delete the records before OFFSET
///   delete TOPIC
///
/// Ends the program with a message at the first that fails.
void run_script(const std::string& bootstrap, const std::string& codec, bool transactional,
                std::istream& script);

}  // namespace partwise::fleet
