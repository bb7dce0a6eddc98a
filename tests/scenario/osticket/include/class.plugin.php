<?php
// A plugin, its form of settings, and what was put into them; and the whole desk's settings.
class TextboxField {
    function __construct(public $options) {
    }
}

abstract class PluginConfig {
    public $values;

    function __construct() {
        $given = json_decode(file_get_contents(getenv('STANDIN') . '/config.json'), true);
        $this->values = array_intersect_key($given, $this->getOptions());
    }

    function get($key, $default = null) {
        return isset($this->values[$key]) ? $this->values[$key] : $default;
    }
}

class Plugin {
    var $config_class = null;
    var $config;

    function isMultiInstance() {
        return true;
    }

    function getConfig() {
        return $this->config ?: $this->config = new $this->config_class();
    }
}

class OsticketConfig {
    function getDbTimezone() {
        return 'America/Toronto';
    }

    function autoClaimTickets() {
        return Store::read()['claims'] ? '1' : '0';
    }
}

class Misc {
    static function db2gmtime($var) {
        global $cfg;
        $time = strtotime($var);
        $zone = new DateTimeZone($cfg->getDbTimezone());
        return $time - $zone->getOffset(DateTime::createFromFormat('U', $time));
    }
}
