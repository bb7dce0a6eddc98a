#!/usr/bin/perl
# znuny_rights: the operation Evenhand::Rights (config/bridge/znuny) with stand-ins for as much of Znuny as it
# asks: who may do what is what permissions and lists leave together.
use strict;
use warnings;
use Test::More tests => 7;
use Cwd qw(abs_path);
use File::Basename qw(dirname);

# ---- Znuny: groups, queues, tickets and lists.

my %PERMISSIONS = (    # of the group of each queue: permission => id => login
    1 => {
        rw    => { 1 => 'root@localhost', 2 => 'ana', 3 => 'ben', 9 => 'evenhand' },
        owner => { 1 => 'root@localhost', 2 => 'ana', 3 => 'ben', 4 => 'cai', 9 => 'evenhand' },
    },
    2 => { rw => { 2 => 'ana' }, owner => { 2 => 'ana' } },
);
my %QUEUES   = ( Sales => 11, Misc => 12 );
my $Unlocked = 7;
my ( %Forbidden, %WhileUnlocked );    # what lists take from reps: always, and of a ticket that is unlocked

package Kernel::System::Queue {
    sub QueueLookup     { my ( $S, %P ) = @_; return $QUEUES{ $P{Queue} }; }
    sub GetQueueGroupID { my ( $S, %P ) = @_; return $P{QueueID} - 10; }
}

package Kernel::System::Group {
    sub PermissionGroupGet { my ( $S, %P ) = @_; return %{ $PERMISSIONS{ $P{GroupID} }->{ $P{Type} } }; }
}

package Kernel::Config {
    sub Get {
        my ( $S, $Name ) = @_;
        return { map { $_ => 1 } qw(AgentTicketCompose AgentTicketZoom Admin) } if $Name eq 'Frontend::Module';
        return { RequiredLock => $Name =~ /Compose/ ? 1 : 0 };
    }
}

package Kernel::System::Ticket {
    my %Left;
    sub TicketSearch { return $Unlocked ? ($Unlocked) : (); }

    sub TicketAcl {
        my ( $S, %P ) = @_;
        my $IsRep = $P{UserID} == 2 || $P{UserID} == 3;
        my ($Action) = values %{ $P{Data} };
        my $Taken = $Forbidden{$Action} || $WhileUnlocked{$Action} && $P{TicketID};
        %Left = $IsRep && $Taken ? () : ( 1 => $Action );
        return $IsRep && ( %Forbidden || %WhileUnlocked );
    }
    sub TicketAclActionData { return %Left; }
}

package Kernel::GenericInterface::Operation::Common {
    sub Auth        { my ( $S, %P ) = @_; return $P{Data}->{Password} eq 'right' ? ( 9, 'User' ) : 0; }
    sub ReturnError { my ( $S, %P ) = @_; return { Success => 1, Data => { Error => \%P } }; }
    $INC{'Kernel/GenericInterface/Operation/Common.pm'} = 1;
}

package Objects {
    sub Get { return bless {}, $_[1]; }
}

package main;
{ no warnings 'once'; $Kernel::OM = bless {}, 'Objects'; }
my $Custom = dirname( abs_path($0) ) . '/../../config/bridge/znuny/Custom';
require "$Custom/Kernel/GenericInterface/Operation/Evenhand/Rights.pm";

sub told {
    my %Data = @_;
    my $Operation = Kernel::GenericInterface::Operation::Evenhand::Rights->new(
        DebuggerObject => {},
        WebserviceID   => 1,
    );
    return $Operation->Run( Data => { Password => 'right', %Data } )->{Data};
}

# ---- What it should say.

my %All = map { $_ => [qw(ana ben evenhand)] } qw(AgentTicketBulk AgentTicketCompose AgentTicketLock AgentTicketMove);
is_deeply(
    told( Queues => ['Sales'] ),
    { Queues => { Sales => { Unlocked => 1, Actions => { %All, AgentTicketOwner => [qw(ana ben cai evenhand)] } } } },
    'without lists everybody may who has the permission, root is left out, and pages without a lock are no way'
);
is_deeply( told( Queues => 'Sales' ), told( Queues => ['Sales'] ), 'one queue comes as a text' );
is_deeply( told( Queues => [ 'Misc', 'None' ] ), { Queues => {} }, 'a queue without rw, or that is not there, is left out' );
is( told( Password => 'wrong' )->{Error}->{ErrorCode}, 'Rights.AuthFail', 'a wrong password is refused' );

%Forbidden     = map { $_ => 1 } qw(AgentTicketLock AgentTicketOwner AgentTicketBulk AgentTicketMove);
%WhileUnlocked = ( AgentTicketCompose => 1 );
my %None = map { $_ => ['evenhand'] } keys %All;
is_deeply(
    told( Queues => ['Sales'] )->{Queues}->{Sales}->{Actions},
    { %None, AgentTicketOwner => [qw(cai evenhand)] },
    'lists take it from those whom they match'
);
$Unlocked = 0;
my $Half = told( Queues => ['Sales'] )->{Queues}->{Sales};
is( $Half->{Unlocked}, 0, 'no ticket is unlocked: that is said' );
is_deeply( $Half->{Actions}->{AgentTicketCompose}, [qw(ana ben evenhand)], 'a list of unlocked ones was not tried' );
