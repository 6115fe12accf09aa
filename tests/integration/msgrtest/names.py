# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The names and numbers of the D-Bus API as its documentation gives them: typed by hand, so that
# a slip in the service's own tables shows.

BUS = 'org.msgr.Messenger'
AGENTS = 'org.msgr.Messenger.Agents'
DBUS = 'org.freedesktop.DBus'

ROOT = '/org/msgr/Messenger'
MANAGER = ROOT + '/SessionManager'
PRIVATE = ROOT + '/Private'
SESSIONS = ROOT + '/Session'
CONTACTS = ROOT + '/Contact'

MESSENGER1 = 'org.msgr.Messenger1'
LOCK1 = 'org.msgr.Lock1'
KEYMANAGER1 = 'org.msgr.KeyManager1'
AGENTMANAGER1 = 'org.msgr.AgentManager1'
CONNECTORMANAGER1 = 'org.msgr.ConnectorManager1'
MANAGER1 = 'org.msgr.SessionManager1'
PRIVATE1 = 'org.msgr.Private1'
SESSION1 = 'org.msgr.Session1'
CONTACT1 = 'org.msgr.Contact1'
AGENT1 = 'org.msgr.Agent1'
CONNECTOR1 = 'org.msgr.Connector1'
PROPERTIES = 'org.freedesktop.DBus.Properties'
INTROSPECTABLE = 'org.freedesktop.DBus.Introspectable'
PEER = 'org.freedesktop.DBus.Peer'

# interface -> member -> (arguments in, arguments out)
METHODS = {
    LOCK1: {
        'RequestChallenge': ('i', ''),
        'SendResponse': ('ssi', ''),
        'Share': ('u', ''),
    },
    KEYMANAGER1: {
        'AddKey': ('s', ''),
        'RemoveKey': ('s', ''),
        'ListKeys': ('', 'aa{sv}'),
    },
    AGENTMANAGER1: {
        'RegisterAgent': ('oa{sv}', ''),
        'UnregisterAgent': ('o', ''),
        'ReportExit': ('ouba{sv}', ''),
    },
    CONNECTORMANAGER1: {
        'RegisterConnector': ('oa{sv}', ''),
        'UnregisterConnector': ('sa{sv}', ''),
        'ReportSignedIn': ('sa{sv}', ''),
        'ReportSignedOut': ('sua{sv}', ''),
        'ReplaceContacts': ('sa(sa{sv})', ''),
        'UpdateContacts': ('sa(sa{sv})', ''),
        'DeliverContactRequest': ('ssa{sv}', ''),
        'WithdrawContactRequest': ('ss', ''),
        'DeliverInvitation': ('sssa{sv}', ''),
        'DeliverAnswer': ('sssbs', ''),
        'DeliverAppNotPresent': ('sss', ''),
        'DeliverAttached': ('ssss', ''),
        'DeliverContextData': ('ssss', ''),
        'DeliverEnd': ('sssbus', ''),
        'DeliverAlert': ('sssa{sv}', ''),
        'ListSessions': ('s', 'a(sa{sv})'),
        'ListApplications': ('s', 'as'),
    },
    MESSENGER1: {
        'ListServices': ('', 'a(ssssu)'),
        'DescribeServices': ('a{sv}', 'a(sa{sv})'),
        'Signin': ('s', ''),
        'Signout': ('s', ''),
        'SetStatus': ('su', ''),
        'SetFriendlyName': ('ss', ''),
        'GetContact': ('ss', 'o'),
        'ListContacts': ('', 'a(oa{sv})'),
        'ListContactRequests': ('', 'a(ssa{sv})'),
        'AnswerContactRequest': ('ssb', ''),
        'SetPolicy': ('sa{sv}', ''),
        'GetPolicy': ('s', 'a{sv}'),
    },
    MANAGER1: {
        'CreateSession': ('', 'o'),
        'GetLaunchingSession': ('u', 'o'),
        'RegisterApplication': ('ssssu', ''),
        'RegisterApplicationWith': ('a{sv}', ''),
        'UnRegisterApplication': ('s', ''),
        'InviteContact': ('sosa{sv}', 'o'),
        'ListSessions': ('', 'a(oa{sv})'),
    },
    SESSION1: {
        'Invite': ('os', ''),
        'Accept': ('s', ''),
        'AcceptWith': ('sa{sv}', ''),
        'Decline': ('s', ''),
        'Cancel': ('us', ''),
        'SendContextData': ('s', ''),
        'SuppressDefault': ('s', ''),
        'Detach': ('', ''),
    },
    CONTACT1: {
        'Remove': ('', ''),
    },
    PRIVATE1: {
        'AddContact': ('sv', ''),
        'EnableAlertEvents': ('ai', ''),
        'PublishAlert': ('issa{sv}', ''),
        'ListAlerts': ('a{sv}', 'aa{sv}'),
        'SuppressDefault': ('t', ''),
    },
    PROPERTIES: {
        'Get': ('ss', 'v'),
        'Set': ('ssv', ''),
        'GetAll': ('s', 'a{sv}'),
    },
    INTROSPECTABLE: {
        'Introspect': ('', 's'),
    },
    PEER: {
        'Ping': ('', ''),
    },
}

SESSION_PROPERTIES = {
    'Application': 's',
    'ApplicationName': 's',
    'ApplicationUrl': 's',
    'ContextData': 's',
    'Flags': 'u',
    'LocalAddress': 's',
    'RemoteAddress': 's',
    'SessionId': 's',
    'State': 'u',
    'User': 'o',
    'ExpiresAt': 't',
    'Result': 'u',
}

CONTACT_PROPERTIES = {
    'SigninName': 's',
    'FriendlyName': 's',
    'Status': 'u',
    'ServiceId': 's',
    'ServiceName': 's',
    'IsSelf': 'b',
    'Blocked': 'b',
    'InList': 'b',
}

MESSENGER_PROPERTIES = {
    'InterfaceVersions': 'a{su}',
    'Version': 's',
    'Limits': 'a{su}',
    'Environment': 's',
}

# states
UNKNOWN, READY, INVITATION, ACCEPTED, CONNECTED, CANCELLED, DECLINED, TERMINATED = range(8)
STATE_NAMES = ['UNKNOWN', 'READY', 'INVITATION', 'ACCEPTED', 'CONNECTED', 'CANCELLED', 'DECLINED',
               'TERMINATED']

FLAG_INVITER, FLAG_INVITEE, FLAG_COMPATIBLE = 1, 2, 4

LOCK_NOTINITIALIZED, LOCK_INITIALIZED, LOCK_PENDING, LOCK_UNLOCKED, LOCK_UNLOCKFAILED, \
    LOCK_DISABLED = range(1, 7)

STATUS_OFFLINE, STATUS_ONLINE, STATUS_INVISIBLE = 0x1, 0x2, 0x6

HRESULTS = {
    'ApplicationLaunchFailed': 0x81000601,
    'InvitationDeclined': 0x81000602,
    'ConnectionFailure': 0x81000603,
    'AuthenticationFailed': 0x81000604,
    'SessionNotReady': 0x81000605,
    'SessionCancelledLocal': 0x81000606,
    'SessionCancelledRemote': 0x81000607,
    'SessionProtocolError': 0x81000608,
    'SessionTimeout': 0x81000609,
    'CancelBeforeConnect': 0x8100060a,
    'NotInvitee': 0x8100060b,
    'NotInviter': 0x8100060c,
    'AppAlreadyRegistered': 0x8100060d,
    'AppNotRegistered': 0x8100060e,
    'NotValidForAppInvite': 0x8100060f,
    'AppNotSpecified': 0x81000610,
    'ContextDataOverLimit': 0x81000611,
    'NoUserInvited': 0x81000612,
    'InvitedSelf': 0x81000613,
    'SessionStateInvalid': 0x81000614,
    'InvitationSendFailure': 0x81000615,
    'CancelSendFailure': 0x81000616,
    'DeclineSendFailure': 0x81000617,
    'AcceptSendFailure': 0x81000618,
    'ContextDataSendFailure': 0x81000619,
    'NetworkConfigFailure': 0x81000620,
    'NetNotSupported': 0x81000621,
    'RemoteNetNotSupported': 0x81000622,
    'FirewallNotSupported': 0x81000623,
    'OldSipStack': 0x81000624,
    'ApiNotInitialized': 0x81000751,
    'ApiLocked': 0x81000752,
    'ApiUnlockFailed': 0x81000753,
    'ApiAlreadyUnlocked': 0x81000754,
    'ApiPendingUnlock': 0x81000755,
    'ApiDisabled': 0x81000756,
    'NotLoggedOn': 0x8100031e,
}

# what OnContactListAdd tells beside these
NOT_LOGGED_ON = HRESULTS['NotLoggedOn']
INVALID_ARG = 0x80070057
OUT_OF_MEMORY = 0x8007000e

SESSION_RESULTS = [hr for name, hr in HRESULTS.items() if 0x81000601 <= hr <= 0x81000624]

LAUNCH_FAILED = HRESULTS['ApplicationLaunchFailed']
INVITATION_DECLINED = HRESULTS['InvitationDeclined']
CONNECTION_FAILURE = HRESULTS['ConnectionFailure']
CANCELLED_LOCAL = HRESULTS['SessionCancelledLocal']
CANCELLED_REMOTE = HRESULTS['SessionCancelledRemote']
SESSION_TIMEOUT = HRESULTS['SessionTimeout']

# errors without a HRESULT
OWN_ERRORS = ['LimitsExceeded', 'NotFound']

# A path that isn't there for the caller: either name will do.
NO_OBJECT = ('UnknownObject', 'UnknownMethod')

MAX_APP_DATA = 512
MAX_CONTEXT_DATA = 300
MAX_CONTEXT_AFTER_CONNECT = 5
MAX_ALERT = 4096
MAX_ALERT_SITES = 256
MAX_ALERTS = 100


def error_name(short):
    """The full name of an error of which the tests say only the last word."""
    if short in HRESULTS or short in OWN_ERRORS:
        return 'org.msgr.Error.' + short
    return 'org.freedesktop.DBus.Error.' + short
