// shows: an entry that is written is not read
// manifest: {launcher: Main}
// hit: [calendar@content://com.android.calendar/events before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri address = CalendarContract.Events.CONTENT_URI;
    getContentResolver().query(address, null, null, null, null); // hit
    getContentResolver().insert(address, new ContentValues());  // miss
  }
}
