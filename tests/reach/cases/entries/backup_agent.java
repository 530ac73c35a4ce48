// shows: the backup agent runs when the system saves the app's data
// manifest: {launcher: Main, hit: {backup: Saver}}
// hit: [serial reachable = backup Saver.onBackup]
// miss: [serial present = Saver.onBackup]

import android.app.backup.*;
class Main extends Activity { }
class Saver extends BackupAgent {
  public void onBackup(ParcelFileDescriptor old, BackupDataOutput data, ParcelFileDescriptor now) { String id = SERIAL; }
  public void onRestore(BackupDataInput data, int version, ParcelFileDescriptor now) { }
}
