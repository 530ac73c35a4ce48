// shows: a value that one branch changes
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = "accessibility_enabled";
    if (isFinishing()) key = "android_id";                      // hit
    if (isFinishing()) key = "http_proxy";                      // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
