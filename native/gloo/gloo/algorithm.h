// c10d's header includes it and names nothing of it.
#pragma once
