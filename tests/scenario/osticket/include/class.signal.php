<?php
// Who listens to a signal gets its object and its data, and may be asked for objects of one class alone.
class Signal {
    static $listeners = array();

    static function connect($signal, $callable, $object = null, $check = null) {
        self::$listeners[$signal][] = array($object, $callable);
    }

    static function send($signal, $object, &$data = null) {
        foreach (isset(self::$listeners[$signal]) ? self::$listeners[$signal] : array() as $one)
            if (!$one[0] || is_a($object, $one[0]))
                call_user_func($one[1], $object, $data);
    }
}
