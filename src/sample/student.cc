#include "sample/student.h"

#include <boost/math/distributions/students_t.hpp>

namespace partwise::sample {

double student_quantile(double probability, double degrees) {
  return boost::math::quantile(boost::math::students_t(degrees), probability);
}

}  // namespace partwise::sample
