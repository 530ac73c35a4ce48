// shows: some element of an array is each of them
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String[] keys = {"accessibility_enabled", "android_id"};    // hit
    String[] keys = {"accessibility_enabled", "http_proxy"};    // miss
    String key = keys[getTaskId()];
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
