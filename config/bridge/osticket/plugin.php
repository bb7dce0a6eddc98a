<?php
// What osTicket asks of a plugin's folder: who we are, and where the class is.
return array(
    'id' => 'evenhand:bridge',
    'version' => '0.1',
    'name' => 'evenhand',
    'author' => 'evenhand',
    'description' => 'Tells evenhand-bridge how tickets stand, and takes their owners from it',
    'url' => '',
    'plugin' => 'evenhand.php:EvenhandPlugin',
);
