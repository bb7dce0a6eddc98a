<?php
// Requests to functions by their paths: a dispatcher may be the target of a path, and gets the rest of it.
// A target is [class, method], and the method is called on a new object; named parts come as plain arguments.
class UrlMatcher {
    function __construct(public $regex, public $target, public $method) {
    }

    function matches($path, &$found) {
        return (!$this->method || $_SERVER['REQUEST_METHOD'] == $this->method)
            && preg_match("@{$this->regex}@", $path, $found) == 1;
    }
}

class Dispatcher {
    public $urls = array();

    function append($url, $prefix = false) {
        $this->urls[] = $url;
    }

    function resolve($path, $arguments = null) {
        foreach ($this->urls as $url)
            if ($url->matches($path, $found))
                return $this->call($url, $path, $found, $arguments ?: array());
        Http::response(400, 'URL not supported');
    }

    function call($url, $path, $found, $arguments) {
        $numbered = array_values(array_filter($found, 'is_int', ARRAY_FILTER_USE_KEY));
        $arguments = array_merge($arguments, array_slice($numbered, 1));
        if ($url->target instanceof Dispatcher)
            return $url->target->resolve(substr($path, strlen($found[0])), $arguments);
        list($class, $method) = $url->target;
        return call_user_func_array(array(new $class, $method), $arguments);
    }
}

function patterns($prefix, ...$urls) {
    $dispatcher = new Dispatcher();
    foreach ($urls as $url)
        $dispatcher->append($url, $prefix);
    return $dispatcher;
}

function url($regex, $target, $arguments = false, $method = false) {
    return new UrlMatcher($regex, $target, $method);
}

function url_post($regex, $target, $arguments = false) {
    return url($regex, $target, $arguments, 'POST');
}

function url_get($regex, $target, $arguments = false) {
    return url($regex, $target, $arguments, 'GET');
}

class Http {
    static function response($code, $content = '', $type = 'text/html', $charset = 'UTF-8') {
        http_response_code($code);
        header("Content-Type: $type; charset=$charset");
        print $content;
        exit;
    }
}
