#include <evenhand/base/base.h>
