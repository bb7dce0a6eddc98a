# Evenhand::Rights: an operation of Znuny's web services that says who could take a ticket of a queue by
# themselves: whom permissions and access control lists leave an action that locks a ticket or gives it away.
# For `evenhand-bridge check`; it tells of the queues in which the asking agent has rw, and changes nothing.
#
# Copy Custom/ and Kernel/ into Znuny's folder (/opt/znuny; Debian: /usr/share/otrs), then as its user:
#     bin/otrs.Console.pl Maint::Config::Rebuild          # znuny.Console.pl since 7
#
# Answer: {"Queues": {"Sales": {"Unlocked": 1, "Actions": {"AgentTicketLock": ["ana"], ...}}}}; Unlocked is 0
# where no ticket of the queue was unlocked, so that no list could be tried which holds for such ones.
package Kernel::GenericInterface::Operation::Evenhand::Rights;

use strict;
use warnings;

use parent qw(Kernel::GenericInterface::Operation::Common);

our $ObjectManagerDisabled = 1;

my $OPEN = [ 'new', 'open', 'pending reminder', 'pending auto' ];
my %TAKE = (    # what takes whatever it is set to, and the permission that it asks for
    AgentTicketLock  => 'rw',
    AgentTicketOwner => 'owner',
    AgentTicketBulk  => 'rw',
    AgentTicketMove  => 'rw',
);

sub new {
    my ( $Type, %Param ) = @_;
    for my $Needed (qw(DebuggerObject WebserviceID)) {
        return { Success => 0, ErrorMessage => "Got no $Needed!" } if !$Param{$Needed};
    }
    return bless { DebuggerObject => $Param{DebuggerObject}, WebserviceID => $Param{WebserviceID} }, $Type;
}

sub Run {
    my ( $Self, %Param ) = @_;
    my ( $UserID, $UserType ) = $Self->Auth(%Param);
    if ( !$UserID || $UserType ne 'User' ) {
        return $Self->ReturnError(
            ErrorCode    => 'Rights.AuthFail',
            ErrorMessage => 'Rights: Authorization failing!',
        );
    }
    my $Names = $Param{Data}->{Queues} || [];
    my %Queues;
    for my $Name ( ref $Names ? @{$Names} : $Names ) {
        my $Told = $Self->Queue( $Name, $UserID );
        $Queues{$Name} = $Told if $Told;
    }
    return { Success => 1, Data => { Queues => \%Queues } };
}

# Nothing: there is no such queue, or the asking agent has no rw in it.
sub Queue {
    my ( $Self, $Name, $UserID ) = @_;
    my $QueueObject = $Kernel::OM->Get('Kernel::System::Queue');
    my $QueueID     = $QueueObject->QueueLookup( Queue => $Name ) or return;
    my $GroupID     = $QueueObject->GetQueueGroupID( QueueID => $QueueID );
    return if !$Self->Members( $GroupID, 'rw' )->{$UserID};
    my $TicketID = $Self->Unlocked($QueueID);
    my %Actions  = $Self->Actions();
    my %Left;
    for my $Action ( sort keys %Actions ) {
        my $Users = $Self->Members( $GroupID, $Actions{$Action} );
        my %Where = ( QueueID => $QueueID, $TicketID ? ( TicketID => $TicketID ) : () );
        my @Left  = grep { $Self->MayDo( $Action, $_, %Where ) } keys %{$Users};
        $Left{$Action} = [ sort map { $Users->{$_} } @Left ];
    }
    return { Unlocked => $TicketID ? 1 : 0, Actions => \%Left };
}

# Users of the group, also by their roles: id => login. 1 is root@localhost, whom no list binds.
sub Members {
    my ( $Self, $GroupID, $Permission ) = @_;
    my %Users = $Kernel::OM->Get('Kernel::System::Group')->PermissionGroupGet(
        GroupID => $GroupID,
        Type    => $Permission,
    );
    delete $Users{1};
    return \%Users;
}

# Those, and each page that locks the ticket when it is opened, as it is configured.
sub Actions {
    my $Self         = shift;
    my $ConfigObject = $Kernel::OM->Get('Kernel::Config');
    my %Actions      = %TAKE;
    for my $Action ( grep {/^AgentTicket/} keys %{ $ConfigObject->Get('Frontend::Module') || {} } ) {
        my $Config = $ConfigObject->Get("Ticket::Frontend::$Action");
        $Actions{$Action} //= 'rw' if ref $Config eq 'HASH' && $Config->{RequiredLock};
    }
    return %Actions;
}

# An open ticket of the queue that nobody has locked.
sub Unlocked {
    my ( $Self, $QueueID ) = @_;
    my @TicketIDs = $Kernel::OM->Get('Kernel::System::Ticket')->TicketSearch(
        Result     => 'ARRAY',
        Limit      => 1,
        QueueIDs   => [$QueueID],
        Locks      => ['unlock'],
        StateType  => $OPEN,
        UserID     => 1,
        Permission => 'ro',
    );
    return $TicketIDs[0];
}

# As Znuny's pages ask it: whether the lists leave that action to that user.
sub MayDo {
    my ( $Self, $Action, $UserID, %Where ) = @_;
    my $TicketObject = $Kernel::OM->Get('Kernel::System::Ticket');
    my $Matched      = $TicketObject->TicketAcl(
        Data          => { 1 => $Action },
        Action        => $Action,
        ReturnType    => 'Action',
        ReturnSubType => '-',
        UserID        => $UserID,
        %Where,
    );
    return 1 if !$Matched;
    my %Left = $TicketObject->TicketAclActionData();
    return scalar grep { $_ eq $Action } values %Left;
}

1;
