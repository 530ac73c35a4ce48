// shows: a receiver for incoming messages
// manifest: {launcher: Main}
// hit: [sms@broadcast:android.provider.Telephony.SMS_RECEIVED before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    registerReceiver(new Inbox(), new IntentFilter("android.provider.Telephony.SMS_RECEIVED")); // hit
    registerReceiver(new Inbox(), new IntentFilter("android.intent.action.SCREEN_ON")); // miss
  }
}
class Inbox extends BroadcastReceiver { public void onReceive(Context context, Intent intent) { } }
