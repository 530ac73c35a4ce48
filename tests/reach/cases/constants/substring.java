// shows: a part of a text
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = "my_android_id".substring(3);                  // hit
    String key = "my_android_id".substring(4);                  // miss
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
