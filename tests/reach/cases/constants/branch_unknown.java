// shows: known on one way, not known on the other
// manifest: {launcher: Main}
// hit:
//   - android_id before_consent = launcher Main.onCreate
//   - device.android_id@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.bluetooth_mac@Settings$Secure.getString before_consent = launcher Main.onCreate
//   - device.oaid@Settings$Secure.getString before_consent = launcher Main.onCreate
// miss: [android_id before_consent = launcher Main.onCreate]

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = "android_id";
    if (isFinishing()) key = getIntent().getStringExtra("key"); // hit
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
