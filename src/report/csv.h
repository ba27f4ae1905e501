// The two CSV files: those of the existing recommender, with more columns behind theirs.
#pragma once

#include <string>

#include "sizing/report.h"

namespace partwise::report {

/// Header of the detail report; the first eleven columns are the existing tool's.
std::string detail_header();

/// One row, with its line end. Throughputs in the first columns are in MB/s of 1,048,576 bytes; a
/// field that is not known is empty.
std::string detail_row(const std::string& cluster_id, const sizing::TopicReport& topic,
                       const sizing::RunSettings& settings);

/// The stat,value rows of the summary report, under the existing tool's names.
std::string summary(const sizing::RecommendReport& run, const sizing::ClusterReport& cluster);

/// RFC 4180: quoted where it must be.
std::string csv_field(std::string_view text);

}  // namespace partwise::report
