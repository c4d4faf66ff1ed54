namespace GenDisc

/// What must be known of data to check an experiment on them. For named and generated data it is known beforehand;
/// for a user's file it is read from the file.
type Facts =
    {
        /// One example.
        Shape: Shape
        /// How many classes the labels tell apart; 0 for regression.
        Classes: int
        /// How many numbers a regression target holds; 0 for classification.
        Targets: int
        /// Whether all values lie in [0, 1], as a Bernoulli likelihood demands.
        InUnitInterval: bool
        /// Training examples, before validation is held out.
        Training: int
        /// Whether the source comes with a test part of its own.
        HasTest: bool
        /// Whether sequences have unequal lengths.
        Varies: bool
        /// Numeric columns of a table and their indicators of missing values.
        Numeric: int
        /// Levels of each categorical column of a table.
        Levels: int list
    }
