"""All tables, one file a subject."""

from __future__ import annotations

from services.models.base import Base
from services.models.calendars import BusyTime, CoachCalendar, Invitation
from services.models.content import (
    DialogApproval,
    DialogDraft,
    DialogPublication,
    DialogRevision,
    DialogTest,
    DialogTrial,
    NluExample,
    NluTraining,
    NotUnderstood,
)
from services.models.conversations import Conversation, EarlyReceipt, MessageIn, MessageOut
from services.models.desk import CheckIn, Cover, DeskNote, LastOutcome, Plan
from services.models.diary import Appointment, DiaryCell, Hold, ReminderSent
from services.models.directory import ListingRow
from services.models.duty import DutyAlert, DutyAsk, DutyException, DutyRules, DutyShift, StaffText
from services.models.figures import Journey, QuestionTime, UnmetNeed
from services.models.helplines import HelplineCheck
from services.models.hooks import HookEvent, TeamHook
from services.models.people import AddressRow, Consent, Introduction, Person, SourceCode
from services.models.records import AuditHead, AuditRow, EventRow
from services.models.referrals import CallBack, EligibilityDecision, Referral
from services.models.rules import TeamRule
from services.models.staff import Passkey, SetUpLink, SignIn, StaffMember
from services.models.team_changes import TeamChange
from services.models.teams import Absence, Coach, Footprint, Team, WorkingHours
from services.models.transfers import Transfer
from services.models.waiting import OpeningOffer, WaitingPlace
from services.models.work import DueWork, Lease, RateCount

__all__ = [
    "Absence",
    "AddressRow",
    "Appointment",
    "AuditHead",
    "AuditRow",
    "Base",
    "BusyTime",
    "CallBack",
    "CheckIn",
    "Coach",
    "CoachCalendar",
    "Consent",
    "Conversation",
    "Cover",
    "DeskNote",
    "DialogApproval",
    "DialogDraft",
    "DialogPublication",
    "DialogRevision",
    "DialogTest",
    "DialogTrial",
    "DiaryCell",
    "DueWork",
    "DutyAlert",
    "DutyAsk",
    "DutyException",
    "DutyRules",
    "DutyShift",
    "EarlyReceipt",
    "EligibilityDecision",
    "EventRow",
    "Footprint",
    "HelplineCheck",
    "Hold",
    "HookEvent",
    "Introduction",
    "Invitation",
    "Journey",
    "LastOutcome",
    "Lease",
    "ListingRow",
    "MessageIn",
    "MessageOut",
    "NluExample",
    "NluTraining",
    "NotUnderstood",
    "OpeningOffer",
    "Passkey",
    "Person",
    "Plan",
    "QuestionTime",
    "RateCount",
    "Referral",
    "ReminderSent",
    "SetUpLink",
    "SignIn",
    "SourceCode",
    "StaffMember",
    "StaffText",
    "Team",
    "TeamChange",
    "TeamHook",
    "TeamRule",
    "Transfer",
    "UnmetNeed",
    "WaitingPlace",
    "WorkingHours",
]
