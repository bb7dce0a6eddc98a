<?php
// The plugin asks for this file, and for nothing of it.
