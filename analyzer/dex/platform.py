"""Superclasses of platform classes, which no DEX file of an app carries.

A call names the static type of its receiver: ``Landroid/app/Activity;->getContentResolver()`` is
``Landroid/content/Context;->getContentResolver()``. Only classes whose ancestors have members that an audit asks for
need to stand here. Source: the public Android API reference (own knowledge, stable since API 1 unless noted).
"""

from __future__ import annotations

_LINES = """
Landroid/content/ContextWrapper; Landroid/content/Context;
Landroid/view/ContextThemeWrapper; Landroid/content/ContextWrapper;
Landroid/content/MutableContextWrapper; Landroid/content/ContextWrapper;
Landroid/app/Application; Landroid/content/ContextWrapper;
Landroid/test/mock/MockContext; Landroid/content/Context;
Landroid/app/Activity; Landroid/view/ContextThemeWrapper;
Landroid/app/ActivityGroup; Landroid/app/Activity;
Landroid/app/TabActivity; Landroid/app/ActivityGroup;
Landroid/app/ListActivity; Landroid/app/Activity;
Landroid/app/ExpandableListActivity; Landroid/app/Activity;
Landroid/app/LauncherActivity; Landroid/app/ListActivity;
Landroid/app/AliasActivity; Landroid/app/Activity;
Landroid/app/NativeActivity; Landroid/app/Activity;
Landroid/preference/PreferenceActivity; Landroid/app/ListActivity;
Landroid/accounts/AccountAuthenticatorActivity; Landroid/app/Activity;
Landroid/app/Service; Landroid/content/ContextWrapper;
Landroid/app/IntentService; Landroid/app/Service;
Landroid/app/job/JobService; Landroid/app/Service;
Landroid/accessibilityservice/AccessibilityService; Landroid/app/Service;
Landroid/inputmethodservice/AbstractInputMethodService; Landroid/app/Service;
Landroid/inputmethodservice/InputMethodService; Landroid/inputmethodservice/AbstractInputMethodService;
Landroid/service/notification/NotificationListenerService; Landroid/app/Service;
Landroid/service/wallpaper/WallpaperService; Landroid/app/Service;
Landroid/service/voice/VoiceInteractionService; Landroid/app/Service;
Landroid/service/autofill/AutofillService; Landroid/app/Service;
Landroid/service/dreams/DreamService; Landroid/app/Service;
Landroid/service/quicksettings/TileService; Landroid/app/Service;
Landroid/telecom/InCallService; Landroid/app/Service;
Landroid/telecom/CallScreeningService; Landroid/app/Service;
Landroid/telecom/ConnectionService; Landroid/app/Service;
Landroid/net/VpnService; Landroid/app/Service;
Landroid/speech/RecognitionService; Landroid/app/Service;
Landroid/speech/tts/TextToSpeechService; Landroid/app/Service;
Landroid/media/browse/MediaBrowserService; Landroid/app/Service;
Landroid/widget/RemoteViewsService; Landroid/app/Service;
Landroid/app/admin/DeviceAdminService; Landroid/app/Service;
Landroid/appwidget/AppWidgetProvider; Landroid/content/BroadcastReceiver;
Landroid/app/admin/DeviceAdminReceiver; Landroid/content/BroadcastReceiver;
Landroid/preference/PreferenceFragment; Landroid/app/Fragment;
Landroid/app/ListFragment; Landroid/app/Fragment;
Landroid/app/DialogFragment; Landroid/app/Fragment;
Landroid/webkit/WebViewFragment; Landroid/app/Fragment;
Landroid/webkit/WebView; Landroid/widget/AbsoluteLayout;
Landroid/widget/AbsoluteLayout; Landroid/view/ViewGroup;
Landroid/widget/FrameLayout; Landroid/view/ViewGroup;
Landroid/widget/LinearLayout; Landroid/view/ViewGroup;
Landroid/widget/RelativeLayout; Landroid/view/ViewGroup;
Landroid/view/ViewGroup; Landroid/view/View;
Landroid/widget/TextView; Landroid/view/View;
Landroid/widget/EditText; Landroid/widget/TextView;
Landroid/widget/AutoCompleteTextView; Landroid/widget/EditText;
Landroid/widget/MultiAutoCompleteTextView; Landroid/widget/AutoCompleteTextView;
Landroid/view/SurfaceView; Landroid/view/View;
Landroid/view/TextureView; Landroid/view/View;
Landroid/opengl/GLSurfaceView; Landroid/view/SurfaceView;
Landroid/view/accessibility/AccessibilityEvent; Landroid/view/accessibility/AccessibilityRecord;
Landroid/bluetooth/BluetoothHeadset; Landroid/bluetooth/BluetoothProfile;
Landroid/bluetooth/BluetoothA2dp; Landroid/bluetooth/BluetoothProfile;
Landroid/bluetooth/BluetoothGatt; Landroid/bluetooth/BluetoothProfile;
Landroid/bluetooth/BluetoothHidDevice; Landroid/bluetooth/BluetoothProfile;
Landroid/bluetooth/BluetoothHearingAid; Landroid/bluetooth/BluetoothProfile;
Ljava/net/Inet4Address; Ljava/net/InetAddress;
Ljava/net/Inet6Address; Ljava/net/InetAddress;
Landroid/app/ApplicationPackageManager; Landroid/content/pm/PackageManager;
Landroid/test/mock/MockPackageManager; Landroid/content/pm/PackageManager;
Landroid/telephony/gsm/GsmCellLocation; Landroid/telephony/CellLocation;
Landroid/telephony/cdma/CdmaCellLocation; Landroid/telephony/CellLocation;
Landroid/telephony/CellInfoGsm; Landroid/telephony/CellInfo;
Landroid/telephony/CellInfoLte; Landroid/telephony/CellInfo;
Landroid/telephony/CellInfoWcdma; Landroid/telephony/CellInfo;
Landroid/telephony/CellInfoCdma; Landroid/telephony/CellInfo;
Landroid/telephony/CellInfoTdscdma; Landroid/telephony/CellInfo;
Landroid/telephony/CellInfoNr; Landroid/telephony/CellInfo;
Landroid/telephony/CellIdentityGsm; Landroid/telephony/CellIdentity;
Landroid/telephony/CellIdentityLte; Landroid/telephony/CellIdentity;
Landroid/telephony/CellIdentityWcdma; Landroid/telephony/CellIdentity;
Landroid/telephony/CellIdentityCdma; Landroid/telephony/CellIdentity;
Landroid/telephony/CellIdentityTdscdma; Landroid/telephony/CellIdentity;
Landroid/telephony/CellIdentityNr; Landroid/telephony/CellIdentity;
Landroid/app/ActivityManager$RunningTaskInfo; Landroid/app/TaskInfo;
Landroid/app/ActivityManager$RecentTaskInfo; Landroid/app/TaskInfo;
Landroid/content/pm/ApplicationInfo; Landroid/content/pm/PackageItemInfo;
Landroid/content/pm/ComponentInfo; Landroid/content/pm/PackageItemInfo;
Landroid/content/pm/ActivityInfo; Landroid/content/pm/ComponentInfo;
Landroid/content/pm/ServiceInfo; Landroid/content/pm/ComponentInfo;
Landroid/content/pm/ProviderInfo; Landroid/content/pm/ComponentInfo;
Landroid/media/ExifInterface; Ljava/lang/Object;
Landroid/content/CursorLoader; Landroid/content/AsyncTaskLoader;
Landroid/content/AsyncTaskLoader; Landroid/content/Loader;
Landroid/test/mock/MockContentResolver; Landroid/content/ContentResolver;
Landroid/hardware/SystemSensorManager; Landroid/hardware/SensorManager;
"""

SUPERS: dict[bytes, bytes] = {
    line.split()[0].encode(): line.split()[1].encode() for line in _LINES.splitlines() if line.strip()
}
"""Platform class and its superclass (or the interface that declares what is asked for), as descriptors."""
